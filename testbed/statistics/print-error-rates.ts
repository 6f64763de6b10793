/** The report on how often the statistics are wrong; the same on every machine. Takes half a minute. */
import { type ErrorRateSettings, simulateErrorRates, usualTrial } from './error-rates.ts';
import { pairedLooks } from './paired-comparison.ts';
import { planLooks, type Statistic, usualLooks } from './planned-looks.ts';

export const reportFile = 'reports/proof/error-rates.md';
const command = `node testbed/statistics/print-error-rates.ts > ${reportFile}`;

interface Row {
  readonly truth: string;
  readonly patch: Partial<ErrorRateSettings>;
  /** What the share of alarms must be. */
  readonly wanted?: { readonly text: string; readonly isMet: (alarmRatio: number) => boolean };
}

const rows: readonly Row[] = [
  {
    truth: 'nothing differs',
    patch: {},
    wanted: { text: '≤ 1 %', isMet: (ratio) => ratio <= 0.01 },
  },
  { truth: 'b takes 5 % longer', patch: { effectRatio: 0.05 } },
  {
    truth: 'b takes 10 % longer',
    patch: { effectRatio: 0.1 },
    wanted: { text: '≥ 80 %', isMet: (ratio) => ratio >= 0.8 },
  },
  {
    truth: 'b takes 20 % longer',
    patch: { effectRatio: 0.2 },
    wanted: { text: '≥ 95 %', isMet: (ratio) => ratio >= 0.95 },
  },
  {
    truth: 'nothing differs, margin 0.1 %',
    patch: { marginRatio: 0.001 },
    wanted: { text: '≤ 1 %', isMet: (ratio) => ratio <= 0.01 },
  },
  { truth: 'the same without the floor (a control)', patch: { marginRatio: 0.001, floor: 'none' } },
  { truth: 'nothing differs, without the floor (a control)', patch: { floor: 'none' } },
  { truth: 'nothing differs, all a before all b (a control)', patch: { order: 'blocks' } },
];

export function describeParameters(): string {
  const { trials, seed, marginRatio, noise } = usualTrial;
  const looks = pairedLooks.map((look) => `${look.pairs} pairs at ${percent(look.errorRatio)}`);
  return [
    `Parameters: ${trials} trials a row, seed ${seed}; looks at ${looks.join(' and ')}, two-sided;`,
    `margin ${percent(marginRatio)} or the noise floor that the same runs show; runs off by`,
    `${percent(noise.jitterRatio)} (lognormal), ${percent(noise.spikeChance)} of them slower by`,
    `${percent(noise.leastSpikeRatio)} to ${percent(noise.mostSpikeRatio)}, drift`,
    `${percent(noise.driftRatio)} of which a run keeps ${percent(noise.driftKept)}.`,
  ].join(' ');
}

function percent(ratio: number, digits = 0): string {
  return `${(ratio * 100).toFixed(digits)} %`;
}

function simulateRow({ truth, patch, wanted }: Row): string[] {
  const { alarmRatio, decisions, wrongSames, meanPairs, trials } = simulateErrorRates({
    ...usualTrial,
    ...patch,
  });
  const halfWidth = 2.576 * Math.sqrt((alarmRatio * (1 - alarmRatio)) / trials);
  return [
    truth,
    `${percent(alarmRatio, 2)} ± ${(halfWidth * 100).toFixed(2)}`,
    percent(decisions.same / trials, 1),
    percent(wrongSames / trials, 2),
    percent(decisions.undecided / trials, 1),
    meanPairs.toFixed(1),
    wanted?.text ?? '',
    wanted ? (wanted.isMet(alarmRatio) ? 'holds' : 'does not hold') : '',
  ];
}

const plans: readonly (readonly [Statistic, readonly number[]])[] = [
  ['median', usualLooks],
  ['p90', [46, 93]],
  ['p99', [473, 947]],
];

/** Exact, without simulation. */
export function describePlans(): string[] {
  const header = [
    'statistic',
    'samples',
    'needed to pass',
    'fail below',
    'wrong pass',
    'wrong fail',
  ];
  const cells = plans.flatMap(([statistic, counts]) =>
    planLooks(statistic, counts).map((look) => [
      statistic,
      `${look.samples}`,
      `${look.passRank ?? 'never'}`,
      `${look.failRank ?? 'never'}`,
      percent(look.wrongPassChance, 2),
      percent(look.wrongFailChance, 2),
    ]),
  );
  return alignTable([header, ...cells]);
}

/** Aligned as the formatter of this repository leaves it. */
function alignTable(lines: readonly (readonly string[])[]): string[] {
  const widths = lines[0]!.map((_, at) => Math.max(3, ...lines.map((line) => line[at]!.length)));
  const [header, ...body] = lines.map((line) => line.map((cell, at) => cell.padEnd(widths[at]!)));
  const rule = widths.map((width) => '-'.repeat(width));
  return [header!, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`);
}

const comparisonHeader = [
  'what is true',
  'better or worse, ± 99 %',
  'same',
  'wrongly same',
  'undecided',
  'mean pairs',
  'asked for',
  'verdict',
];

export function describeErrorRates(): string {
  return [
    '# How often verdicts are wrong by chance',
    '',
    `Written by \`${command}\`.`,
    '',
    '## Comparisons of pairs, simulated',
    '',
    describeParameters(),
    '"Wrongly same" counts those whose true ratio lies beyond the margin that they were called the same within.',
    '',
    ...alignTable([comparisonHeader, ...rows.map(simulateRow)]),
    '',
    '## Bounds, exact',
    '',
    'To pass, at least so many samples must hold; with fewer than the next figure it fails. The chances',
    'are those to have passed, or failed, by that look where the statistic stands just at the bound.',
    '',
    ...describePlans(),
  ].join('\n');
}

if (import.meta.main) console.log(describeErrorRates());
