/** A whole scenario, as it is written after its topology was put beside it, to the model. */
import type { Lookup } from './groups.ts';
import type { SourcePath } from './loaded.ts';
import { defaultLooks, looksOf } from './looks.ts';
import type { TrafficSource } from './metric-table.ts';
import type { PlannedLooks, Scenario } from './model.ts';
import type { Report } from './problem.ts';
import { quote } from './quote.ts';
import type { References } from './references.ts';
import { resolveEvents } from './resolve-events.ts';
import { resolveExpectations, resolveMeasures } from './resolve-measures.ts';
import { resolvePrograms } from './resolve-programs.ts';
import { resolveTopology } from './resolve-topology.ts';
import { resolveTraffic } from './resolve-traffic.ts';
import { resolveWatches } from './resolve-watches.ts';
import type { RawScenario } from './scenario.ts';
import type { TraceReader } from './trace-reader.ts';

const defaultLimitNs = 60_000_000_000;
export const defaultSeed = 1;

export function resolveScenario(
  raw: RawScenario,
  seed: number,
  readTrace: TraceReader,
  report: Report,
): Scenario {
  const resolved = resolveTopology(raw, readTrace, report);
  const lookup = (what: string, groups: Lookup['groups']): Lookup => ({ what, groups, report });
  const references: References = {
    resolved,
    nodes: lookup('node', resolved.nodes),
    links: lookup('link', resolved.links.groups),
    programs: Object.keys(raw.programs ?? {}),
    runsCommands: Object.values(raw.programs ?? {}).some(({ run }) => typeof run !== 'string'),
    readers: new Map(),
    traffic: [...Object.keys(raw.traffic ?? {}), ...Object.keys(raw.watch ?? {})],
    sources: sourcesOf(raw),
    events: Object.keys(raw.events ?? {}),
    report,
  };
  checkNames(raw, report);
  const looks = readLooks(raw.repeat, report);
  const programs = resolvePrograms(raw.programs ?? {}, references);
  const readers = new Map(
    programs.flatMap(({ name, foreign }) => (foreign?.reads ? [[name, foreign.reads]] : [])),
  );
  return {
    name: raw.scenario,
    about: raw.about ?? '',
    seed,
    repeat: looks.samples.first,
    looks,
    limitNs: raw.limit ?? defaultLimitNs,
    topology: resolved.topology,
    programs,
    traffic: resolveTraffic(raw.traffic ?? {}, references),
    watches: resolveWatches(raw.watch ?? {}, references),
    events: resolveEvents(raw.events ?? {}, references),
    measures: resolveMeasures(raw.measure ?? {}, { ...references, readers }),
    expectations: resolveExpectations(raw.expect ?? {}, references),
  };
}

function readLooks(repeat: RawScenario['repeat'], report: Report): PlannedLooks {
  if (repeat === undefined) return defaultLooks;
  if (typeof repeat === 'number') return looksOf(repeat);
  const { first, most } = repeat;
  if (most < first) {
    const message = `at most ${most} samples are fewer than the first ${first}`;
    const hint = `write most: ${first} or more; the same number for one look only`;
    report({ code: 'impossible-value', path: ['repeat', 'most'], message, hint });
  }
  return { samples: repeat, pairs: repeat };
}

/** `kernel.gap` is a variant's measure and `download.lost` a traffic's property. */
function checkNames(raw: RawScenario, report: Report): void {
  const hint = 'give one of the two another name';
  const ambiguous = (path: SourcePath, message: string) =>
    report({ code: 'ambiguous-name', path, aim: 'key', message, hint });
  for (const name of Object.keys(raw.variants ?? {})) {
    if (!Object.hasOwn({ ...raw.traffic, ...raw.watch }, name)) continue;
    const what = Object.hasOwn(raw.traffic ?? {}, name) ? 'a traffic' : 'a watched flow';
    const message = `${quote(name)} is ${what} as well, and ${name}.lost could be either's`;
    ambiguous(['variants', name], message);
  }
  for (const name of Object.keys(raw.watch ?? {})) {
    if (!Object.hasOwn(raw.traffic ?? {}, name)) continue;
    ambiguous(['watch', name], `${quote(name)} is a traffic as well, which is measured by itself`);
  }
}

function sourcesOf(raw: RawScenario): Map<string, TrafficSource> {
  const traffic = Object.entries(raw.traffic ?? {});
  const watched = Object.entries(raw.watch ?? {});
  return new Map<string, TrafficSource>([
    ...watched.map(([name, { protocol }]) => [name, `watched-${protocol ?? 'tcp'}`] as const),
    ...traffic.map(([name, { run }]) => [name, run] as const),
  ]);
}
