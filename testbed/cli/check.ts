import type { Command } from 'commander';
import type { InputError } from '../../src/base/errors.ts';
import { exitInput } from '../report/exit-code.ts';
import { formatJson } from '../report/json.ts';
import type { LoadedScenario } from '../schema/loaded.ts';
import { formatProblems } from './failure.ts';
import { type ReadScenario, readScenario } from './read-scenarios.ts';
import type { Session } from './session.ts';

export function addCheck(program: Command, session: Session): void {
  program
    .command('check')
    .description('find what is wrong in scenario files, without running them')
    .argument('<files...>', 'scenario files')
    .option('--json', 'print what was found as JSON and nothing else')
    .action((files: string[], flags: { json?: boolean }) => {
      const read = files.map(readScenario);
      if (flags.json) session.terminal.print(formatJson(read.map(toEntry)));
      else sayAll(read, session);
      session.exitWith(read.some((one) => 'problems' in one) ? exitInput : 0);
    });
}

function sayAll(read: readonly ReadScenario[], { terminal }: Session): void {
  const problems = read.flatMap((one) => ('problems' in one ? one.problems : []));
  if (problems.length > 0) terminal.say(formatProblems(problems));
  for (const one of read) {
    if ('loaded' in one) terminal.print(`ok: ${one.file}, ${describeScenario(one.loaded)}\n`);
  }
}

/** `3 cases of 2 variants, 46 samples each`, without what there is one of. */
export function describeScenario({ cases, variants, repeat }: LoadedScenario): string {
  const counted = [
    ...(cases.length > 1 ? [`${cases.length} cases`] : []),
    ...(variants.length > 1 ? [`${variants.length} variants`] : []),
  ];
  const samples = repeat === 1 ? '1 sample' : `${repeat} samples`;
  return counted.length === 0 ? samples : `${counted.join(' of ')}, ${samples} each`;
}

function toEntry(read: ReadScenario): object {
  const { file } = read;
  if ('loaded' in read) return { file, ok: true, problems: [] };
  return { file, ok: false, problems: read.problems.map(problemEntry) };
}

function problemEntry({ code, message, hint, place }: InputError): object {
  return { code, message, hint, file: place?.file, line: place?.line, column: place?.column };
}
