/** What a link does to frames, as queueing disciplines of the kernel on the device that they leave by. */
import { never } from '../../src/base/time.ts';
import type { DirectionSettings, LossSettings } from '../schema/link-settings.ts';

export interface RigQdisc {
  readonly parent: 'root' | `${number}:${number}`;
  readonly handle: `${number}:`;
  readonly discipline: RigDiscipline;
}

export type RigDiscipline =
  | {
      readonly kind: 'netem';
      readonly delayNs: number;
      readonly jitterNs: number;
      readonly loss: Extract<LossSettings, { model: 'none' | 'independent' | 'gilbert-elliott' }>;
      readonly duplicateRatio: number;
      readonly corruptRatio: number;
      /** With a rate of its own, however high, netem keeps the order that jitter would break. */
      readonly keepsOrder: boolean;
      readonly limitFrames: number;
    }
  | {
      readonly kind: 'tbf';
      readonly rateBps: number;
      readonly burstBytes: number;
      readonly limitBytes: number;
    }
  | { readonly kind: 'pfifo'; readonly limitFrames: number };

export const ethernetHeaderBytes = 14;
/**
 * How much at once a bucket may let go: what the rate carries in that time, and two frames at least. With
 * room for one, all that a late wake-up of the kernel had saved up is lost: 3 % of 20 Mbit/s.
 */
const bucketNs = 250_000;
const delayLineFrames = 100_000;

/**
 * First the delay line, then the bucket with its queue: so the queue holds what waits for the rate and
 * nothing else. Where a link loses frames, it does so before the queue and not behind it.
 */
export function shapingOf(settings: DirectionSettings): RigQdisc[] {
  const levels = [...delayLine(settings), ...bucket(settings)];
  return levels.map((discipline, level) => ({
    parent: level === 0 ? 'root' : `${level}:1`,
    handle: `${level + 1}:`,
    discipline,
  }));
}

export function needsNetem(settings: DirectionSettings): boolean {
  const { delayNs, jitterNs, loss, duplicateRatio, corruptRatio } = settings;
  return (
    delayNs > 0 || jitterNs > 0 || loss.model !== 'none' || duplicateRatio > 0 || corruptRatio > 0
  );
}

function delayLine(settings: DirectionSettings): RigDiscipline[] {
  if (!needsNetem(settings)) return [];
  const { delayNs, jitterNs, loss, duplicateRatio, corruptRatio } = settings;
  return [
    {
      kind: 'netem',
      delayNs,
      jitterNs,
      loss: loss.model === 'list' ? { model: 'none' } : loss,
      duplicateRatio,
      corruptRatio,
      keepsOrder: jitterNs > 0,
      limitFrames: delayLineFrames,
    },
  ];
}

function bucket({ rateBps, mtuBytes, queue }: DirectionSettings): RigDiscipline[] {
  if (rateBps === never) return [];
  const frameBytes = mtuBytes + ethernetHeaderBytes;
  const burstBytes = Math.max(2 * frameBytes, Math.round((rateBps * bucketNs) / 8e9));
  const inFrames = queue.limitFrames !== never;
  const limitBytes = inFrames ? queue.limitFrames * frameBytes : queue.limitBytes;
  const tbf = { kind: 'tbf', rateBps, burstBytes, limitBytes } as const;
  return inFrames ? [tbf, { kind: 'pfifo', limitFrames: queue.limitFrames }] : [tbf];
}
