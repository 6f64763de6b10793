import type { Command } from 'commander';
import { findPlace, type NodeFlags, runThere, withNodeFlags } from './exec.ts';
import type { Session } from './session.ts';

export function addShell(program: Command, session: Session): void {
  withNodeFlags(program.command('shell'))
    .description('open a shell on a node of a lab that stands')
    .argument('<node>', 'where')
    .action(async (node: string, flags: NodeFlags) => {
      const place = await findPlace(node, flags, session);
      const { shellOn } = await import('../labs/keep/node-shell.ts');
      await runThere(place, flags, session, (env) => shellOn(node, env['SHELL'] || '/bin/sh'));
    });
}
