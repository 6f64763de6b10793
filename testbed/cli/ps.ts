import type { Command } from 'commander';
import { RopewalkError } from '../../src/base/errors.ts';
import { quoteCommand } from '../../src/base/shell-words.ts';
import type { KeptFolder } from '../labs/keep/kept-folder.ts';
import type { LabReport } from '../labs/keep/messages.ts';
import { formatJson } from '../report/json.ts';
import { formatProblems } from './failure.ts';
import { findKeptLab } from './kept.ts';
import { formatLab } from './lab-text.ts';
import type { Session } from './session.ts';

export function addPs(program: Command, session: Session): void {
  program
    .command('ps')
    .description('show the labs that stand: nodes, addresses, links as they are, processes')
    .argument('[name]', 'this one only')
    .option('--json', 'print them as JSON and nothing else')
    .action((name: string | undefined, flags: { json?: boolean }) => showAll(name, flags, session));
}

async function showAll(
  name: string | undefined,
  { json }: { json?: boolean },
  { terminal }: Session,
): Promise<void> {
  const nowMs = Date.now();
  const reports: LabReport[] = [];
  const found = await foldersOf(name);
  for (const kept of found) {
    const answer = await ask(kept);
    if (answer instanceof RopewalkError) terminal.say(formatProblems([answer]));
    else reports.push(answer);
  }
  if (json) terminal.print(formatJson(reports));
  else if (found.length === 0) terminal.print('no lab is up\n');
  else terminal.print(reports.map((one) => formatLab(one, nowMs)).join('\n'));
}

async function foldersOf(name: string | undefined): Promise<readonly KeptFolder[]> {
  const { findKeptFolders } = await import('../labs/keep/kept-folder.ts');
  if (name === undefined) return findKeptFolders();
  return [await findKeptLab(name, (one) => quoteCommand(['ropewalk', 'ps', one]))];
}

/** A lab without its keeper does not hide the others. */
async function ask(kept: KeptFolder): Promise<LabReport | RopewalkError> {
  const { askForReport } = await import('../labs/keep/ask-keeper.ts');
  try {
    return await askForReport(kept);
  } catch (error) {
    if (error instanceof RopewalkError) return error;
    throw error;
  }
}
