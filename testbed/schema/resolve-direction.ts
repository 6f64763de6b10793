/** One direction of a link as plain numbers, and what of it nobody asked for. */
import { formatSize } from '../../src/base/units.ts';
import type { RawLoss, RawQueue, RawQueueLimit } from './link-fields.ts';
import type {
  DirectionSettings,
  LossSettings,
  QueueSettings,
  ReorderSettings,
  TraceSettings,
} from './link-settings.ts';
import type { SourcePath } from './loaded.ts';
import type { MergedDirection } from './merge-directions.ts';
import type { Report } from './problem.ts';

const defaultMtuBytes = 1_500;
const defaultHoldNs = 10_000_000;
/** RFC 8289 4.2 and 4.3. */
const codelTargetNs = 5_000_000;
const codelIntervalNs = 100_000_000;
/** A queue of which nothing is said is a product of bandwidth and delay, and of 20 full frames at least. */
const leastDefaultBytes = 20 * 1_514;

/** What one direction cannot know of itself. */
export interface Surroundings {
  /** Both directions' delays together: what a bandwidth-delay product is reckoned with. */
  readonly roundTripNs: number;
  readonly trace: TraceSettings | undefined;
}

export function resolveDirection(
  merged: MergedDirection,
  surroundings: Surroundings,
  report: Report,
  path: SourcePath,
): DirectionSettings {
  const { fields } = merged;
  const { trace, roundTripNs } = surroundings;
  checkJitter(merged, report, path);
  checkCodel(merged, report, path);
  const rateBps = fields.rate ?? Number.POSITIVE_INFINITY;
  return {
    rateBps,
    delayNs: fields.delay ?? 0,
    jitterNs: fields.jitter ?? 0,
    loss: resolveLoss(fields.loss),
    duplicateRatio: fields.duplicate ?? 0,
    corruptRatio: fields.corrupt ?? 0,
    reorder: resolveReorder(fields.reorder),
    queue: resolveQueue(fields.queue, meanRate(rateBps, trace), roundTripNs),
    trace,
    mtuBytes: fields.mtu ?? defaultMtuBytes,
    up: fields.up ?? true,
  };
}

export function resolveLoss(raw: number | RawLoss | undefined): LossSettings {
  if (raw === undefined || raw === 0) return { model: 'none' };
  if (typeof raw === 'number') return { model: 'independent', ratio: raw };
  switch (raw.model) {
    case 'independent':
      return raw.ratio === 0 ? { model: 'none' } : { model: 'independent', ratio: raw.ratio };
    case 'gilbert-elliott':
      return {
        model: 'gilbert-elliott',
        goodToBadRatio: raw['good-to-bad'],
        badToGoodRatio: raw['bad-to-good'],
        lossInGoodRatio: raw['loss-in-good'] ?? 0,
        lossInBadRatio: raw['loss-in-bad'] ?? 1,
      };
    case 'list':
      return { model: 'list', frames: [...new Set(raw.frames)].toSorted((a, b) => a - b) };
  }
}

function resolveReorder(raw: MergedDirection['fields']['reorder']): ReorderSettings {
  if (raw === undefined) return { ratio: 0, holdNs: 0 };
  if (typeof raw === 'number') return { ratio: raw, holdNs: defaultHoldNs };
  return { ratio: raw.ratio, holdNs: raw.hold ?? defaultHoldNs };
}

function resolveQueue(
  raw: RawQueue | undefined,
  rateBps: number,
  roundTripNs: number,
): QueueSettings {
  const { limit, discipline, target, interval } = queueParts(raw);
  return {
    ...resolveLimit(limit, rateBps, roundTripNs),
    discipline:
      discipline === 'codel'
        ? {
            kind: 'codel',
            targetNs: target ?? codelTargetNs,
            intervalNs: interval ?? codelIntervalNs,
          }
        : { kind: 'drop-tail' },
  };
}

type QueueParts = Exclude<RawQueue, RawQueueLimit>;

function queueParts(raw: RawQueue | undefined): QueueParts {
  if (raw === undefined) return {};
  return 'kind' in raw ? { limit: raw } : raw;
}

function resolveLimit(
  limit: RawQueueLimit | undefined,
  rateBps: number,
  roundTripNs: number,
): { limitFrames: number; limitBytes: number } {
  const unlimited = Number.POSITIVE_INFINITY;
  const { kind, amount } = limit ?? { kind: 'bdp', amount: 1 };
  if (kind === 'frames') return { limitFrames: amount, limitBytes: unlimited };
  if (kind === 'bytes') return { limitFrames: unlimited, limitBytes: amount };
  if (kind === 'unlimited' || rateBps === unlimited) {
    return { limitFrames: unlimited, limitBytes: unlimited };
  }
  const bdpBytes = Math.ceil((amount * rateBps * (roundTripNs / 8)) / 1_000_000_000);
  const limitBytes = limit === undefined ? Math.max(bdpBytes, leastDefaultBytes) : bdpBytes;
  return { limitFrames: unlimited, limitBytes };
}

/** A trace has a rate of its own: the mean over its period is what a queue is reckoned with. */
function meanRate(rateBps: number, trace: TraceSettings | undefined): number {
  if (trace?.kind === 'mahimahi') {
    const periodNs = trace.opportunitiesNs.at(-1) ?? 0;
    return (trace.opportunitiesNs.length * 1_500 * 8 * 1_000_000_000) / Math.max(periodNs, 1);
  }
  if (trace?.kind !== 'steps') return rateBps;
  let bits = 0;
  for (const [at, step] of trace.steps.entries()) {
    const endNs = trace.steps[at + 1]?.timeNs ?? trace.periodNs;
    bits += (step.rateBps ?? rateBps) * (endNs - step.timeNs);
  }
  return bits / Math.max(trace.periodNs, 1);
}

/** Below no delay there is nothing: a draw that must be cut off there would lengthen the mean. */
function checkJitter(merged: MergedDirection, report: Report, path: SourcePath): void {
  const { jitter = 0, delay = 0 } = merged.fields;
  if (jitter <= delay) return;
  report({
    code: 'impossible-value',
    path: merged.paths.get('jitter') ?? path,
    message: 'the jitter is more than the delay',
    hint: 'a frame cannot arrive before it left: raise the delay, or write a smaller jitter',
  });
}

function checkCodel(merged: MergedDirection, report: Report, path: SourcePath): void {
  const at = merged.paths.get('queue') ?? path;
  const { discipline, target, interval } = queueParts(merged.fields.queue);
  const given = target !== undefined ? 'target' : interval !== undefined ? 'interval' : undefined;
  if (given !== undefined && discipline !== 'codel') {
    const hint = 'write `discipline: codel` beside it';
    const message = 'only codel has it';
    report({ code: 'misplaced-key', path: [...at, given], aim: 'key', message, hint });
  } else if ((target ?? codelTargetNs) >= (interval ?? codelIntervalNs)) {
    const hint = 'RFC 8289 4.4 has a target of 5 to 10 % of the interval';
    const message = 'the target is not below the interval';
    report({ code: 'impossible-value', path: [...at, given ?? 'target'], message, hint });
  }
}

/** What the reader should be told that the file does not say. */
export function notesOn(merged: MergedDirection, settings: DirectionSettings): string[] {
  const { rate, trace, queue } = merged.fields;
  const { limit } = queueParts(queue);
  const notes: string[] = [];
  if (rate === undefined && trace === undefined) notes.push('rate: unlimited (default)');
  if (limit === undefined) notes.push(`queue: ${describeLimit(settings, 1)} (default)`);
  else if (limit.kind === 'bdp') notes.push(`queue: ${describeLimit(settings, limit.amount)}`);
  return notes;
}

/** What a product of bandwidth and delay comes to. */
function describeLimit({ queue }: DirectionSettings, amount: number): string {
  if (queue.limitBytes === Number.POSITIVE_INFINITY) return 'unlimited';
  const words = queue.limitBytes === leastDefaultBytes ? '20 frames' : `${amount} bdp`;
  return `${formatSize(queue.limitBytes)}, ${words}`;
}
