/** The traces that links refer to: read once, and begun where the scenario says. */
import { drawUnit, seedRandom } from '../../src/base/random.ts';
import type { RawTrace } from './link-fields.ts';
import type { TraceSettings } from './link-settings.ts';
import type { MergedDirection } from './merge-directions.ts';

/** The trace of one direction of one member of a link, if it has one. */
export type TraceReader = (
  merged: MergedDirection,
  link: string,
  toward: string,
) => TraceSettings | undefined;

/** A trace file's content, from its own beginning. */
export type TraceOpener = (raw: RawTrace, merged: MergedDirection) => TraceSettings | undefined;

export function createTraceReader(seed: number, open: TraceOpener): TraceReader {
  return (merged, link, toward) => {
    const raw = merged.fields.trace;
    if (raw === undefined) return undefined;
    const opened = open(raw, merged);
    if (opened === undefined) return undefined;
    const offsetNs =
      raw.offset === 'from-seed' ? drawOffset(opened, seed, link, toward) : raw.offset;
    return { ...opened, loop: raw.loop ?? true, offsetNs: offsetNs ?? 0 };
  };
}

function drawOffset(trace: TraceSettings, seed: number, link: string, toward: string): number {
  const periodNs = trace.kind === 'steps' ? trace.periodNs : (trace.opportunitiesNs.at(-1) ?? 0);
  return Math.floor(drawUnit(seedRandom(seed, 'trace', link, toward)) * periodNs);
}
