/** How many alarms comparisons of equal sides may raise before chance is no excuse, and what they raised. */
import { binomialDistribution } from '../statistics/binomial.ts';

/** One figure of one comparison, as `ropewalk ab --json` has it. */
export interface FigureSeen {
  readonly round: number;
  readonly scenario: string;
  readonly metric: string;
  readonly decision: string;
  readonly ratio?: number | undefined;
  readonly pairs: number;
}

interface Asked {
  /** How many figures there must be, all rounds together. */
  readonly figures: number;
  /** Fewer pairs than the first look takes decide nothing, and so raise no alarm. */
  readonly leastPairs: number;
  readonly alarmRatio: number;
}

/** What the committed table of error rates promises where nothing differs. */
export function promisedAlarmRatio(table: string): number {
  const row = table.split('\n').find((line) => /^\| nothing differs +\|/.test(line));
  const [, percent] = /≤ ([\d.]+) % +\| holds/.exec(row ?? '') ?? [];
  if (percent === undefined)
    throw new Error('the table of error rates promises nothing that holds');
  return Number(percent) / 100;
}

/** Of `count` comparisons that alarm as often as is promised, more than these alarm in a twentieth of all cases. */
export function mostAlarms(count: number, alarmRatio: number): number {
  let chance = 0;
  return binomialDistribution(count, alarmRatio).findIndex((one) => {
    chance += one;
    return chance >= 0.95;
  });
}

export function isAlarm({ decision }: Pick<FigureSeen, 'decision'>): boolean {
  return decision !== 'same' && decision !== 'undecided';
}

/** A comparison that could not decide is no witness: each figure has its pairs, or nothing is proved. */
export function judgeEqualSides(
  seen: readonly FigureSeen[],
  { figures, leastPairs, alarmRatio }: Asked,
): { readonly holds: boolean; readonly seen: string } {
  const alarms = seen.filter(isAlarm);
  const short = seen.filter(({ pairs }) => pairs < leastPairs);
  const allowed = mostAlarms(figures, alarmRatio);
  const lacking = figures - seen.length + short.length;
  return {
    holds: lacking === 0 && alarms.length <= allowed,
    seen: [
      `${alarms.length} of ${seen.length} figures called worse or better, ${allowed} allowed`,
      tally(seen),
      ...(lacking === 0 ? [] : [`${lacking} of ${figures} figures lack ${leastPairs} pairs`]),
      ...alarms.map(nameAlarm),
    ].join('; '),
  };
}

/** `12 same, 8 undecided; b / a from 0.97 to 1.02` */
export function tally(seen: readonly FigureSeen[]): string {
  const counts = [...Map.groupBy(seen, ({ decision }) => decision)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([decision, own]) => `${own.length} ${decision}`);
  const ratios = seen.flatMap(({ ratio }) => ratio ?? []).toSorted((a, b) => a - b);
  const span =
    ratios.length === 0
      ? ''
      : `; b / a from ${ratios[0]!.toPrecision(3)} to ${ratios.at(-1)!.toPrecision(3)}`;
  return `${counts.join(', ')}${span}`;
}

function nameAlarm({ round, scenario, metric, decision, ratio }: FigureSeen): string {
  return `round ${round}: ${scenario} ${metric} ${decision}, b / a ${ratio?.toPrecision(3) ?? '–'}`;
}
