/** What expressions may name of a run, and what each is: the same for who measures and who judges. */
import type { Dimension } from './expression.ts';
import type { Direction, Generator, MeasureKind, MeasureModel, Protocol } from './model.ts';

/** All that a value can be. */
export type QuantityDimension = Exclude<Dimension, 'truth'>;

export const measureDimensions = {
  rtt: 'time',
  'one-way-delay': 'time',
  loss: 'plain',
  reordering: 'plain',
  duplication: 'plain',
  'delivery-gap': 'time',
  'time-to-rate': 'time',
  goodput: 'rate',
  success: 'plain',
  count: 'plain',
  reported: 'plain',
  'relay-first-byte': 'time',
  'direct-after': 'time',
  'switched-after': 'time',
  'first-datagram-after': 'time',
} as const satisfies Readonly<Record<MeasureKind, QuantityDimension>>;

/** A figure that a program reports is in the unit that the measure says. */
export function dimensionOfMeasure({
  what,
  unit,
}: Pick<MeasureModel, 'what' | 'unit'>): QuantityDimension {
  return what === 'reported' ? (unit?.dimension ?? 'plain') : measureDimensions[what];
}

/** Undefined: more is neither better nor worse. */
export const measureDirections = {
  rtt: 'lower',
  'one-way-delay': 'lower',
  loss: 'lower',
  reordering: 'lower',
  duplication: 'lower',
  'delivery-gap': 'lower',
  'time-to-rate': 'lower',
  goodput: 'higher',
  success: 'higher',
  count: undefined,
  reported: undefined,
  'relay-first-byte': 'lower',
  'direct-after': 'lower',
  'switched-after': 'lower',
  'first-datagram-after': 'lower',
} as const satisfies Readonly<Record<MeasureKind, Direction | undefined>>;

/** What makes a traffic: a generator of Ropewalk's own, or somebody else's program that is watched. */
export type TrafficSource = Generator | `watched-${Protocol}`;

/** Which traffic something can be said of. */
export type TrafficSort = 'any' | 'streams' | 'request-response' | 'round-trips' | 'own' | 'none';

/** Of other traffic these measures have no value, whatever happens. */
export const measureSubjects = {
  rtt: 'round-trips',
  'one-way-delay': 'streams',
  loss: 'any',
  reordering: 'streams',
  duplication: 'streams',
  'delivery-gap': 'any',
  'time-to-rate': 'any',
  goodput: 'any',
  success: 'own',
  count: 'any',
  reported: 'none',
  'relay-first-byte': 'none',
  'direct-after': 'none',
  'switched-after': 'none',
  'first-datagram-after': 'none',
} as const satisfies Readonly<Record<MeasureKind, TrafficSort>>;

export interface TrafficPropertyModel {
  readonly dimension: QuantityDimension;
  readonly better: Direction | undefined;
  /** Which traffic has it. */
  readonly of: TrafficSort;
  /** It is counted while the run goes on, and an event may wait for it. */
  readonly live: boolean;
}

/** `download.lost`, without a measure of its own. */
export const trafficPropertyTable = {
  sent: { dimension: 'plain', better: undefined, of: 'any', live: true },
  received: { dimension: 'plain', better: 'higher', of: 'any', live: true },
  lost: { dimension: 'plain', better: 'lower', of: 'any', live: false },
  doubled: { dimension: 'plain', better: 'lower', of: 'streams', live: false },
  reordered: { dimension: 'plain', better: 'lower', of: 'streams', live: false },
  corrupt: { dimension: 'plain', better: 'lower', of: 'any', live: false },
  bytes: { dimension: 'size', better: 'higher', of: 'any', live: true },
  retransmitted: { dimension: 'size', better: 'lower', of: 'own', live: false },
  duration: { dimension: 'time', better: 'lower', of: 'any', live: false },
  goodput: { dimension: 'rate', better: 'higher', of: 'any', live: false },
  answered: { dimension: 'plain', better: 'higher', of: 'request-response', live: true },
  'timed-out': { dimension: 'plain', better: 'lower', of: 'request-response', live: false },
} as const satisfies Readonly<Record<string, TrafficPropertyModel>>;

export function hasProperty(source: TrafficSource, { of }: TrafficPropertyModel): boolean {
  return isOfSort(source, of);
}

export function isOfSort(source: TrafficSource, of: TrafficSort): boolean {
  switch (of) {
    case 'any':
      return true;
    case 'streams':
      return source !== 'request-response';
    case 'request-response':
      return source === 'request-response';
    case 'round-trips':
      return source === 'request-response' || source === 'watched-tcp';
    case 'own':
      return !isWatched(source);
    case 'none':
      return false;
  }
}

export function isWatched(source: TrafficSource): source is `watched-${Protocol}` {
  return source.startsWith('watched-');
}

/** Which way a metric of a sample is better: a measure's name, or traffic and property. */
export function betterOf(
  metric: string,
  measures: readonly Pick<MeasureModel, 'name' | 'what'>[],
): Direction | undefined {
  const dot = metric.lastIndexOf('.');
  if (dot === -1) {
    const measure = measures.find(({ name }) => name === metric);
    return measure === undefined ? undefined : measureDirections[measure.what];
  }
  const properties: Readonly<Record<string, TrafficPropertyModel>> = trafficPropertyTable;
  return properties[metric.slice(dot + 1)]?.better;
}
