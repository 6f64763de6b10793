/** A whole scenario, as it is written after its topology was put beside it, to the model. */
import type { Lookup } from './groups.ts';
import { defaultLooks, looksOf } from './looks.ts';
import type { PlannedLooks, Scenario } from './model.ts';
import type { Report } from './problem.ts';
import { quote } from './quote.ts';
import type { References } from './references.ts';
import { resolveEvents } from './resolve-events.ts';
import { resolveExpectations, resolveMeasures } from './resolve-measures.ts';
import { resolvePrograms } from './resolve-programs.ts';
import { resolveTopology } from './resolve-topology.ts';
import { resolveTraffic } from './resolve-traffic.ts';
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
    traffic: Object.keys(raw.traffic ?? {}),
    generators: new Map(Object.entries(raw.traffic ?? {}).map(([name, { run }]) => [name, run])),
    events: Object.keys(raw.events ?? {}),
    report,
  };
  checkNames(raw, report);
  const looks = readLooks(raw.repeat, report);
  return {
    name: raw.scenario,
    about: raw.about ?? '',
    seed,
    repeat: looks.samples.first,
    looks,
    limitNs: raw.limit ?? defaultLimitNs,
    topology: resolved.topology,
    programs: resolvePrograms(raw.programs ?? {}, references),
    traffic: resolveTraffic(raw.traffic ?? {}, references),
    events: resolveEvents(raw.events ?? {}, references),
    measures: resolveMeasures(raw.measure ?? {}, references),
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
  for (const name of Object.keys(raw.variants ?? {})) {
    if (!Object.hasOwn(raw.traffic ?? {}, name)) continue;
    const message = `${quote(name)} is a traffic as well, and ${name}.lost could be either's`;
    const hint = 'give one of the two another name';
    report({ code: 'ambiguous-name', path: ['variants', name], aim: 'key', message, hint });
  }
}
