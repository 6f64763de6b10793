/** The noise floor of a comparison: from the very runs that are compared, and earlier ones like them. */
import { naturalLog } from '../../src/base/arithmetic.ts';
import {
  distancesBetween,
  floorOfDistances,
  leastNoisePairs,
  mostFloorRatio,
} from '../statistics/noise-floor.ts';
import { formatPercent } from './ratio-text.ts';

/** What was run and reckoned: equal where it is equal, on this machine, in this lab. */
export interface NoisePlace {
  readonly caseId: string;
  /** Whose samples the figure is of. */
  readonly variants: readonly string[];
  /** `gap`, `0.5 * kernel.gap` */
  readonly figure: string;
}

/** How far apart equal runs were: |ln (b / a)| of each A/A pair. */
export interface NoiseSeries extends NoisePlace {
  readonly distances: readonly number[];
}

export interface NoiseInput {
  /** Pairs of earlier runs, for where this one has too few. */
  readonly earlier?: ((place: NoisePlace) => readonly number[]) | undefined;
  /** Which machine ran a sample, where several did: runs on two of them are no A/A pair. */
  readonly benchOf?: ((caseId: string, sample: number) => string) | undefined;
}

/** One side of a comparison: the same thing again and again, in the order in which it ran. */
export interface NoisySide {
  readonly place: NoisePlace;
  readonly figures: readonly { readonly sample: number; readonly value: number }[];
}

export type NoiseFloor =
  | {
      readonly kind: 'measured';
      readonly ratio: number;
    }
  /** Nothing that hangs on a margin can be said. */
  | {
      readonly kind: 'unknown';
      /** As the end of a sentence, with what to type. */
      readonly why: string;
      /** So many samples in all may tell; undefined: no number will. */
      readonly enough: number | undefined;
    };

/** `count`: of the figures, those of the look. `comparedPairs`: how many the noise averages over. */
export function floorAt(
  sides: readonly NoisySide[],
  count: number,
  comparedPairs: number,
  input: NoiseInput,
): NoiseFloor {
  const own = sides.map((side) => seriesOf(side, count, input).distances);
  const ownPairs = sum(own.map(({ length }) => length));
  const earlier = ownPairs >= leastNoisePairs ? [] : sides.map((side) => lookUp(side, input));
  const all = own.map((distances, at) => [...distances, ...(earlier[at] ?? [])]);
  const ratio = floorOfDistances(all, comparedPairs);
  if (ratio === undefined) return tooFew(sides.length, count, sum(all.map(({ length }) => length)));
  return ratio > mostFloorRatio ? tooNoisy(ratio, comparedPairs) : { kind: 'measured', ratio };
}

function tooFew(sides: number, count: number, pairs: number): NoiseFloor {
  const missing = leastNoisePairs - pairs;
  const enough = Math.max(count, 1) + Math.ceil(missing / Math.max(1, sides));
  const wanted = `${leastNoisePairs} A/A pairs that tell this machine's noise`;
  const why = `there are ${pairs} of the ${wanted}, ${missing} are missing: --repeat ${enough}`;
  return { kind: 'unknown', why, enough };
}

/** The floor shrinks with the root of the pairs that the noise averages over. */
function tooNoisy(ratio: number, comparedPairs: number): NoiseFloor {
  const said = `equal runs seem to differ by ${formatPercent(ratio)} on this machine`;
  const quieter = `${said}, too much to compare anything: use a quieter one`;
  if (comparedPairs === 1) return { kind: 'unknown', why: quieter, enough: undefined };
  const times = naturalLog(1 + ratio) / naturalLog(1 + mostFloorRatio);
  const enough = Math.ceil(comparedPairs * times * times);
  return { kind: 'unknown', why: `${quieter}, or --repeat ${enough}`, enough };
}

export function seriesOf({ place, figures }: NoisySide, count: number, input: NoiseInput) {
  const { benchOf = () => '' } = input;
  const looked = figures.slice(0, count);
  const benches = Map.groupBy(looked, ({ sample }) => benchOf(place.caseId, sample));
  const distances = [...benches.values()].flatMap((runs) =>
    distancesBetween(runs.map(({ value }) => value)),
  );
  return { ...place, distances };
}

function lookUp({ place }: NoisySide, { earlier }: NoiseInput): readonly number[] {
  return (earlier?.(place) ?? []).slice(0, leastNoisePairs);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

export function ratioOf(floor: NoiseFloor): number | undefined {
  return floor.kind === 'measured' ? floor.ratio : undefined;
}

/** What two things may differ by and count as the same: as asked, but not less than equal things do. */
export interface Margin {
  readonly askedRatio: number;
  /** Undefined: in virtual time there is no noise. */
  readonly noiseFloorRatio: number | undefined;
  readonly ratio: number;
}

export function marginOf(askedRatio: number, noiseFloorRatio: number | undefined): Margin {
  return { askedRatio, noiseFloorRatio, ratio: Math.max(askedRatio, noiseFloorRatio ?? 0) };
}

/** `margin 10 %, never under this machine's A/A floor of 13 %` */
export function describeMargin({ askedRatio, noiseFloorRatio, ratio }: Margin): string {
  const margin = `margin ${formatPercent(askedRatio)}`;
  if (noiseFloorRatio === undefined) return margin;
  const floor = formatPercent(noiseFloorRatio);
  if (ratio === askedRatio) return `${margin}, A/A floor ${floor}`;
  return `${margin}, never under this machine's A/A floor of ${floor}`;
}
