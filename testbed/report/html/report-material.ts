/** All that a page is made of, read before it is written. */
import type { HistoryEntry } from '../../history/entry.ts';
import type { SampleStory } from '../../measure/story.ts';
import type { Result, SampleResult } from '../../schema/result.ts';
import type { Gate } from '../gate.ts';

export interface ReportMaterial {
  readonly result: Result;
  readonly gate: Gate | undefined;
  /** Of the samples that are shown in full, by the path of their records. */
  readonly stories: ReadonlyMap<string, SampleStory>;
  /** Whether a file stands in the result's folder. */
  readonly has: (file: string) => boolean;
  /** Runs of this scenario in this lab, oldest first, this one included. */
  readonly history: readonly HistoryEntry[];
  /** The newest run of this scenario in each other lab. */
  readonly elsewhere: readonly HistoryEntry[];
}

const mostBad = 8;
const mostGood = 6;

/** Those whose pictures are worth their room: what went wrong, and one of each variant that did not. */
export function samplesToShow({ rows, samples }: Pick<Result, 'rows' | 'samples'>): SampleResult[] {
  const worst = new Set(rows.flatMap((row) => (row.verdict === 'pass' ? [] : worstOf(row))));
  const bad = samples.filter(
    (one) =>
      one.outcome.kind === 'failed' || one.outcome.kind === 'invalid' || worst.has(keyOf(one)),
  );
  const firsts = Map.groupBy(samples, ({ variant }) => variant);
  const good = [...firsts.values()].map((own) =>
    own.find((one) => one.outcome.kind === 'finished' && !bad.includes(one)),
  );
  const chosen = [...bad.slice(0, mostBad), ...good.slice(0, mostGood)];
  return [...new Set(chosen)].filter((one) => one !== undefined);
}

/** The command of a row names the sample that is the worst. */
function worstOf(row: Result['rows'][number]): string[] {
  const sample = /--sample (\d+)/.exec(row.again ?? '')?.[1];
  if (sample === undefined) return [];
  return row.variant.split(', ').map((variant) => `${row.case}\n${variant}\n${sample}`);
}

function keyOf({ case: caseId, variant, sample }: SampleResult): string {
  return `${caseId}\n${variant}\n${sample}`;
}

/** A file of the folder as a link: names hold percent signs. */
export function hrefOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** `sample 3 of case a, variant b` */
export function nameSample({ case: caseId, variant, sample }: SampleResult): string {
  const where = [
    ...(caseId === 'default' ? [] : [caseId]),
    ...(variant === 'default' ? [] : [variant]),
  ].join(' · ');
  return where === '' ? `sample ${sample}` : `sample ${sample} of ${where}`;
}
