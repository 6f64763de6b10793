/** What equal runs differed by, kept from run to run on one machine: never in the repository. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JudgedCase } from '../judge/judgement.ts';
import type { NoiseInput, NoisePlace, NoiseSeries } from '../judge/noise.ts';
import { keepInCache } from '../labs/cache-folder.ts';
import { hashOf, resolvedHash } from '../schema/scenario-hash.ts';

export interface NoiseStore {
  /** The newest first; empty: nothing is known. */
  read(key: string): readonly number[];
  /** `about`: for whoever opens the file. */
  add(key: string, about: object, distances: readonly number[]): void;
}

export interface NoiseBook {
  readonly earlier: NonNullable<NoiseInput['earlier']>;
  keep(series: readonly NoiseSeries[]): void;
}

interface Here {
  readonly lab: string;
  readonly fingerprint: string;
}

/** A figure is the same where machine, lab, and what is run and measured are. */
export function openNoiseBook(
  store: NoiseStore | undefined,
  cases: readonly JudgedCase[],
  { lab, fingerprint }: Here,
): NoiseBook {
  const hashes = new Map<JudgedCase, string>();
  const hashOfCase = (caseId: string, variant: string): string | undefined => {
    const one = cases.find((each) => each.caseId === caseId && each.variant === variant);
    if (one === undefined) return undefined;
    const hash = hashes.get(one) ?? resolvedHash(one.scenario);
    hashes.set(one, hash);
    return hash;
  };
  const keyOf = ({ caseId, variants, figure }: NoisePlace): string =>
    hashOf({
      ...{ lab, fingerprint, figure },
      hashes: variants.map((variant) => hashOfCase(caseId, variant) ?? variant),
    });
  return {
    earlier: (place) => store?.read(keyOf(place)) ?? [],
    keep: (series) => {
      for (const { distances, ...place } of series) {
        store?.add(keyOf(place), { lab, fingerprint, ...place }, distances);
      }
    },
  };
}

/** As much as says what the machine is like, and not what it was like last year. */
const mostKept = 40;

/** One small file a figure. A cache: what cannot be read or written is not there. */
export function openNoiseFiles(folder: string): NoiseStore {
  const pathOf = (key: string): string => join(folder, `${key}.json`);
  const read = (key: string): readonly number[] => readDistances(pathOf(key));
  return {
    read,
    add: (key, about, distances) => {
      const kept = [...distances.toReversed(), ...read(key)].slice(0, mostKept);
      keepInCache(pathOf(key), `${JSON.stringify({ ...about, distances: kept })}\n`);
    },
  };
}

function readDistances(path: string): readonly number[] {
  try {
    const { distances } = JSON.parse(readFileSync(path, 'utf8'));
    const isSound = Array.isArray(distances) && distances.every((one) => one >= 0);
    return isSound ? distances : [];
  } catch {
    return [];
  }
}
