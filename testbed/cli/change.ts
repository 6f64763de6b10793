import type { Command } from 'commander';
import { quoteCommand } from '../../src/base/shell-words.ts';
import { askKeptLab } from './kept.ts';
import { describeChanged } from './lab-text.ts';
import { parseBudget } from './options.ts';
import { readChange } from './read-change.ts';
import type { TimeBudget } from './run-flags.ts';
import type { Session } from './session.ts';

interface ChangeFlags {
  readonly name?: string;
  readonly toward?: string;
  readonly for?: TimeBudget;
}

const examples = `
Examples:
  ropewalk change wifi loss=5% delay=40ms
  ropewalk change wifi rate=2Mbit/s --toward phone --for 10s
  ropewalk change wifi down
  ropewalk change home reboot`;

export function addChange(program: Command, session: Session): void {
  program
    .command('change')
    .description('change a link or a node of a lab that stands, as an event of a scenario does')
    .argument('<place>', 'a link, or a node')
    .argument('<what...>', 'of a link: field=value, down or up; of a node: crash, restart, reboot')
    .option('--name <lab>', 'which lab, where several stand')
    .option('--toward <node>', 'only the direction of the link that leads to this node')
    .option('--for <time>', 'afterwards what stood before is restored', parseBudget)
    .addHelpText('after', examples)
    .action((place: string, words: string[], flags: ChangeFlags) =>
      changeLab(place, words, flags, session),
    );
}

async function changeLab(
  place: string,
  words: readonly string[],
  flags: ChangeFlags,
  { terminal, command }: Session,
): Promise<void> {
  const again = (lab: string): string =>
    quoteCommand(['ropewalk', 'change', '--name', lab, ...command.slice(2)]);
  const { kept, report } = await askKeptLab(flags.name, again);
  const { linksOf } = await import('../labs/keep/choose-kept-lab.ts');
  linksOf(report, place);
  const change = readChange(report, { place, words, toward: flags.toward });
  const { askForReport, askToChange } = await import('../labs/keep/ask-keeper.ts');
  await askToChange(kept, change, flags.for?.totalMs);
  terminal.print(describeChanged(await askForReport(kept), change, flags.for?.text));
}
