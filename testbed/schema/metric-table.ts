/** What expressions may name of a run, and what each is: the same for who measures and who judges. */
import type { Dimension } from './expression.ts';
import type { Generator, MeasureKind } from './model.ts';

/** All that a value can be. */
export type QuantityDimension = Exclude<Dimension, 'truth'>;

export const measureDimensions = {
  rtt: 'time',
  'one-way-delay': 'time',
  loss: 'plain',
  reordering: 'plain',
  duplication: 'plain',
  'delivery-gap': 'time',
  goodput: 'rate',
  success: 'plain',
  count: 'plain',
} as const satisfies Readonly<Record<MeasureKind, QuantityDimension>>;

export interface TrafficPropertyModel {
  readonly dimension: QuantityDimension;
  /** Which traffic has it. */
  readonly of: 'any' | 'streams' | 'request-response';
  /** It is counted while the run goes on, and an event may wait for it. */
  readonly live: boolean;
}

/** `download.lost`, without a measure of its own. */
export const trafficPropertyTable = {
  sent: { dimension: 'plain', of: 'any', live: true },
  received: { dimension: 'plain', of: 'any', live: true },
  lost: { dimension: 'plain', of: 'any', live: false },
  doubled: { dimension: 'plain', of: 'streams', live: false },
  reordered: { dimension: 'plain', of: 'streams', live: false },
  corrupt: { dimension: 'plain', of: 'any', live: false },
  bytes: { dimension: 'size', of: 'any', live: true },
  duration: { dimension: 'time', of: 'any', live: false },
  goodput: { dimension: 'rate', of: 'any', live: false },
  answered: { dimension: 'plain', of: 'request-response', live: true },
  'timed-out': { dimension: 'plain', of: 'request-response', live: false },
} as const satisfies Readonly<Record<string, TrafficPropertyModel>>;

export function hasProperty(generator: Generator, { of }: TrafficPropertyModel): boolean {
  return of === 'any' || (of === 'request-response') === (generator === 'request-response');
}
