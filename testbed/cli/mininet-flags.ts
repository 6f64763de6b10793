/** Which Mininet machine is meant: the same words for every verb that can go there. */
import { type Command, Option } from 'commander';
import type { MininetTarget } from '../labs/mininet-driver/ssh/target.ts';

export interface MininetFlags {
  readonly mininet?: string;
  readonly mininetConfig?: string;
  readonly mininetProxy?: string;
}

/** Where nobody says another, it is the host that stands on this machine. */
export function mininetTarget(flags: MininetFlags): MininetTarget {
  return {
    login: flags.mininet ?? 'here',
    configPath: flags.mininetConfig,
    proxyCommand: flags.mininetProxy,
  };
}

/** `implied`: what else is meant by who names one. */
export function addMininetOptions(
  command: Command,
  implied: Readonly<Record<string, string>>,
): Command {
  const login = '--mininet <user@host[:port]>';
  const about = 'the machine of the mininet lab; here: the one that make mininet-host raised';
  return command
    .addOption(new Option(login, about).implies(implied))
    .option('--mininet-config <file>', "in place of ssh's own configuration")
    .option('--mininet-proxy <command>', 'in place of the ProxyCommand that it has');
}

/** To be typed again. */
export function mininetWords({ mininet, mininetConfig, mininetProxy }: MininetFlags): string[] {
  return [
    ...(mininet === undefined ? [] : ['--mininet', mininet]),
    ...(mininetConfig === undefined ? [] : ['--mininet-config', mininetConfig]),
    ...(mininetProxy === undefined ? [] : ['--mininet-proxy', mininetProxy]),
  ];
}
