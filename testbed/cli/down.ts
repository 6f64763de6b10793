import type { Command } from 'commander';
import { quoteCommand } from '../../src/base/shell-words.ts';
import { findKeptLab } from './kept.ts';
import type { Session } from './session.ts';

export function addDown(program: Command, { terminal }: Session): void {
  program
    .command('down')
    .description('take a lab away that ropewalk up left standing')
    .argument('[name]', 'which one, where several stand')
    .action(async (name: string | undefined) => {
      const kept = await findKeptLab(name, (one) => quoteCommand(['ropewalk', 'down', one]));
      const { askToEnd } = await import('../labs/keep/ask-keeper.ts');
      await askToEnd(kept);
      terminal.print(`${kept.card.name} is gone\n`);
    });
}
