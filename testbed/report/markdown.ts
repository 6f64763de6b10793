/** `report.md`: the result for whoever opens the folder, or pastes it into an issue. */

import { nsPerMs } from '../../src/base/time.ts';
import { formatDuration } from '../../src/base/units.ts';
import type { RealityGap, Result } from '../schema/result.ts';
import { escapeCell } from './escape-cell.ts';
import { describeHardware } from './hardware-text.ts';
import { formatMetric, summariseMetrics } from './metric-text.ts';

export function formatMarkdown(result: Result): string {
  const blocks = [
    `# ${escapeCell(result.scenario)}: ${result.verdict}`,
    escapeCell(result.about),
    formatFacts(result),
    formatExpectations(result),
    formatAgain(result),
    formatSamples(result),
    formatMetrics(result),
    formatRealityGap(result),
    formatRun(result),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function formatFacts({ file, lab, seed, samples }: Result): string {
  const facts = `\`${file}\`, lab ${lab}, seed ${seed}, ${samples.length} samples in all.`;
  const foreign = describeHardware(samples).map((line) => `- ${escapeCell(line)}`);
  return foreign.length === 0 ? facts : `${facts}\n\n${foreign.join('\n')}`;
}

function formatExpectations({ rows }: Result): string {
  if (rows.length === 0) return 'The scenario expects nothing.';
  const lines = rows.map((row) => [
    row.shown,
    row.expectation,
    row.case,
    row.variant,
    row.left,
    row.right,
    row.why,
  ]);
  const heads = ['verdict', 'expectation', 'case', 'variant', 'measured', 'bound', 'why'];
  return `## Expectations\n\n${formatGrid(heads, lines)}\n\n${formatTexts(rows)}`;
}

function formatTexts(rows: Result['rows']): string {
  const texts = new Map(
    rows.map(({ expectation, text, at, kind, because }) => {
      const reason = because === undefined ? '' : `, because ${because}`;
      const ceiling = kind === 'ceiling' ? ', a ceiling' : '';
      return [expectation, `- **${expectation}**: \`${text}\` (${at}${ceiling})${reason}`];
    }),
  );
  return [...texts.values()].join('\n');
}

function formatAgain({ rows }: Result): string {
  const commands = new Set(rows.flatMap((row) => row.again ?? []));
  if (commands.size === 0) return '';
  return `## Again\n\nThe worst sample alone:\n\n\`\`\`sh\n${[...commands].join('\n')}\n\`\`\``;
}

function formatSamples({ samples }: Result): string {
  const lines = samples
    .filter(({ outcome }) => outcome.kind !== 'finished')
    .map(({ case: caseId, variant, sample, outcome, records }) => [
      String(sample),
      caseId,
      variant,
      outcome.kind,
      'reason' in outcome ? outcome.reason : '',
      `[records](${records})`,
    ]);
  if (lines.length === 0) return '';
  const heads = ['sample', 'case', 'variant', 'outcome', 'reason', 'records'];
  return `## Samples that did not finish\n\n${formatGrid(heads, lines)}`;
}

function formatMetrics({ samples }: Result): string {
  const lines = summariseMetrics(samples).map((summary) => [
    summary.name,
    summary.case,
    summary.variant,
    String(summary.count),
    String(summary.missing),
    summary.least,
    summary.median,
    summary.most,
  ]);
  if (lines.length === 0) return '';
  const heads = ['metric', 'case', 'variant', 'samples', 'missing', 'least', 'median', 'most'];
  return `## Metrics\n\n${formatGrid(heads, lines)}`;
}

function formatRealityGap({ lab, realityGap = [] }: Result): string {
  if (realityGap.length === 0) return '';
  const lines = realityGap.map(({ metric, case: caseId, variant, n, ...gap }) => [
    ...[metric, caseId, variant, String(n)],
    formatMetric({ ...gap, value: gap.virtual }),
    formatMetric({ ...gap, value: gap.real }),
    formatDistance(gap),
  ]);
  const heads = ['metric', 'case', 'variant', 'samples', 'sim', lab, 'gap'];
  const about =
    'Medians of the same samples, with the same seeds, in virtual time and in this lab.';
  return `## Reality gap\n\n${about}\n\n${formatGrid(heads, lines)}`;
}

/** `+0.52 ms, +2.6 %`; of a count the difference alone. */
function formatDistance({
  virtual,
  real,
  dimension,
}: Pick<RealityGap, 'virtual' | 'real' | 'dimension'>): string {
  if (real === virtual) return 'none';
  const sign = real > virtual ? '+' : '-';
  const apart = Math.abs(real - virtual);
  const text = `${sign}${formatMetric({ value: apart, dimension })}`;
  if (virtual === 0 || dimension === 'plain') return text;
  return `${text}, ${sign}${Number(((100 * apart) / Math.abs(virtual)).toPrecision(2))} %`;
}

function formatRun({ run }: Result): string {
  const cut = run.interrupted ? ' It was interrupted: this is what there is so far.' : '';
  const took = formatDuration(run.wallMs * nsPerMs, 3);
  return `## Run\n\nStarted ${run.startedAt} on ${run.host} (${run.machine}; ${run.fingerprint}), took ${took} with Ropewalk ${run.version}.${cut}\n\n\`\`\`sh\n${run.command.join(' ')}\n\`\`\``;
}

function formatGrid(heads: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [row(heads), row(heads.map(() => '---')), ...lines.map(row)].join('\n');
}
