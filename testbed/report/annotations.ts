/** What CI shows beside the line of a scenario's file: GitHub's workflow commands, or plain lines. */
import { describePlace, describeVerdict, type Finding } from './findings.ts';

/**
 * `::error file=…,line=…,title=…::message`, see
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function formatWorkflowCommand(finding: Finding): string {
  const { file, line, why, again } = finding;
  const properties = [
    `file=${escapeProperty(file)}`,
    ...(line === undefined ? [] : [`line=${line}`]),
    `title=${escapeProperty(titleOf(finding))}`,
  ].join(',');
  const message = [why, ...(again === undefined ? [] : [again])].join('\n');
  return `::${levelOf(finding)} ${properties}::${escapeData(message)}\n`;
}

function levelOf({ isRed, shown }: Finding): string {
  if (isRed) return 'error';
  return shown === 'known' ? 'notice' : 'warning';
}

/** The title is one line; which verdict it is stands first, since long titles are cut. */
function titleOf(finding: Finding): string {
  const { scenario, expectation } = finding;
  const place = describePlace(finding);
  return `${describeVerdict(finding)}: ${scenario} ${expectation}${place === '' ? '' : `, ${place}`}`;
}

/** What the exit code does not say any more, one line each. */
export function formatGatedOff(finding: Finding): string {
  const { file, line, why } = finding;
  const at = line === undefined ? file : `${file}:${line}`;
  return `${at}: warning: ${titleOf(finding)}: ${why.replaceAll(/\s*\n\s*/g, ' ')}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
