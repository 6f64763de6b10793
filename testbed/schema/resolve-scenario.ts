/** A whole scenario, as it is written after its topology was put beside it, to the model. */
import type { Lookup } from './groups.ts';
import type { Scenario } from './model.ts';
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

const defaultRepeat = 7;
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
    traffic: Object.keys(raw.traffic ?? {}),
    events: Object.keys(raw.events ?? {}),
    report,
  };
  checkNames(raw, report);
  const repeat = raw.repeat ?? defaultRepeat;
  return {
    name: raw.scenario,
    about: raw.about ?? '',
    seed,
    repeat,
    limitNs: raw.limit ?? defaultLimitNs,
    topology: resolved.topology,
    programs: resolvePrograms(raw.programs ?? {}, references),
    traffic: resolveTraffic(raw.traffic ?? {}, references),
    events: resolveEvents(raw.events ?? {}, references),
    measures: resolveMeasures(raw.measure ?? {}, references),
    expectations: resolveExpectations(raw.expect ?? {}, repeat, references),
  };
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
