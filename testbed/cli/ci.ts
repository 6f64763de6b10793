/** What a CI system is told beside the table and the exit code. */
import { appendFileSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { formatGatedOff, formatWorkflowCommand } from '../report/annotations.ts';
import { listFindings } from '../report/findings.ts';
import type { Gate } from '../report/gate.ts';
import { formatStepSummary, stepSummaryLimitBytes } from '../report/step-summary.ts';
import type { Result } from '../schema/result.ts';
import type { Terminal } from './terminal.ts';

/** GitHub's runner, as far as it concerns us; undefined: somewhere else. */
export interface GitHubRunner {
  /** Places are shown where they are relative to the checkout. */
  readonly workspace: string;
  readonly summaryFile: string | undefined;
}

export function gitHubRunner(env: NodeJS.ProcessEnv): GitHubRunner | undefined {
  if (env['GITHUB_ACTIONS'] !== 'true') return undefined;
  return {
    workspace: env['GITHUB_WORKSPACE'] || process.cwd(),
    summaryFile: env['GITHUB_STEP_SUMMARY'] || undefined,
  };
}

/** On GitHub every finding, elsewhere only what the exit code does not say any more. */
export function tellCi(
  results: readonly Result[],
  gate: Gate | undefined,
  { say }: Pick<Terminal, 'say'>,
  runner: GitHubRunner | undefined,
): void {
  const found = listFindings(results, gate);
  if (runner === undefined) {
    const gatedOff = gate === undefined ? [] : found.filter(({ isRed }) => !isRed);
    for (const finding of gatedOff) say(formatGatedOff(finding));
    return;
  }
  for (const finding of found) {
    const file = relative(runner.workspace, resolve(finding.file));
    say(formatWorkflowCommand({ ...finding, file }));
  }
  if (runner.summaryFile !== undefined) appendSummary(runner.summaryFile, results, gate);
}

/** Other commands of the same step may have written to it. */
function appendSummary(file: string, results: readonly Result[], gate: Gate | undefined): void {
  const usedBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  appendFileSync(file, formatStepSummary(results, gate, stepSummaryLimitBytes - usedBytes));
}
