import process from 'node:process';
import type { Command } from 'commander';
import { InputError } from '../../src/base/errors.ts';
import type { FromUnit, ServiceRow, ToUnit } from '../../src/upgrade/messages.ts';
import { formatJson } from '../report/json.ts';
import { formatPlainTable } from './plain-table.ts';
import type { Session } from './session.ts';

interface UpgradeFlags {
  readonly to?: readonly string[];
  readonly unit?: boolean;
  readonly list?: boolean;
  readonly name: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  ropewalk upgrade --unit                                    keep services, until it is stopped
  ropewalk upgrade --list                                    what it keeps
  ropewalk upgrade visitors --to node http-server.ts 2       another process takes over`;

export function addUpgrade(program: Command, session: Session): void {
  program
    .command('upgrade')
    .description('let another process take over a service, its connections and all')
    .argument('[service]', 'under which it registered')
    .option('--to <command...>', 'what is to serve from now on; comes last')
    .option('--unit', 'be the socket unit that services register with')
    .option('--list', 'show services, their processes and sockets')
    .option('--name <unit>', 'which unit, where there are several', 'default')
    .option('--json', 'print services as JSON and nothing else')
    .addHelpText('after', examples)
    .action(async (service: string | undefined, flags: UpgradeFlags) => {
      if (flags.unit) await beUnit(flags, session);
      else if (flags.list) session.terminal.print(await showServices(flags));
      else session.terminal.print(await upgrade(service, flags));
    });
}

/** Its records are what it prints, a line each. */
async function beUnit({ name }: UpgradeFlags, { terminal }: Session): Promise<void> {
  const { UnitProcess } = await import('../../src/upgrade/kernel/unit-process.ts');
  const record = (kind: string, fields: Readonly<Record<string, string | number>>) => {
    terminal.print(
      `${JSON.stringify({ tNs: Number(process.hrtime.bigint()), kind, ...fields })}\n`,
    );
  };
  await using _unit = await UnitProcess.start({ name, records: { record } });
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  await promise;
}

async function showServices({ name, json }: UpgradeFlags): Promise<string> {
  const answer = await ask(name, { kind: 'list' });
  const services = answer.kind === 'table' ? answer.services : [];
  if (json) return formatJson(services);
  if (services.length === 0) return 'no service is registered\n';
  return formatPlainTable(['service', 'version', 'pid', 'phase', 'sockets'], services.map(rowOf));
}

function rowOf({ service, version, pid, phase, sockets }: ServiceRow): string[] {
  const listeners = sockets.filter(({ kind }) => kind === 'listener').map(({ name }) => name);
  const connections = sockets.length - listeners.length;
  return [service, version, String(pid), phase, `${listeners.join(', ')}, ${connections} open`];
}

async function upgrade(service: string | undefined, flags: UpgradeFlags): Promise<string> {
  if (service === undefined || flags.to === undefined) throw saysTooLittle();
  const answer = await ask(flags.name, {
    ...{ kind: 'ask-upgrade', service, command: flags.to },
  });
  if (answer.kind === 'switched-to') {
    return `${service} is version ${answer.version} now, process ${answer.pid}\n`;
  }
  throw wasKept(service, answer);
}

async function ask(unit: string, question: ToUnit): Promise<FromUnit> {
  const { askUnit } = await import('../../src/upgrade/kernel/unit-verbs.ts');
  return askUnit(unit, question);
}

function saysTooLittle(): InputError {
  return new InputError({
    code: 'command-line',
    message: 'upgrade needs a service and what is to serve from now on',
    hint: 'type: ropewalk upgrade SERVICE --to COMMAND',
  });
}

function wasKept(service: string, answer: FromUnit): InputError {
  const reason = 'reason' in answer ? answer.reason.replaceAll('-', ' ') : answer.kind;
  return new InputError({
    code: 'upgrade-kept',
    message: `${service} was not upgraded: ${reason}`,
    hint: 'see what runs: ropewalk upgrade --list',
  });
}
