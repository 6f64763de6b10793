import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { InputError } from '../../src/base/errors.ts';
import { findTool } from '../labs/processes/find-tool.ts';
import { formatJson } from '../report/json.ts';
import { formatPlainTable } from './plain-table.ts';
import type { Session } from './session.ts';

const examples = `
Examples:
  sudo ropewalk links manage &                 the connection manager of this terminal
  ropewalk links list                          which links are up
  ropewalk links apps                          which application is on which
  sudo ropewalk links use firefox wifi         it moves, and its later sockets begin there
  sudo ropewalk links ask                      a question for each application without an answer`;

interface JsonFlag {
  readonly json?: boolean;
}

export function addLinks(program: Command, session: Session): void {
  const links = program
    .command('links')
    .description('every application on the link that you choose')
    .addHelpText('after', examples);
  addLooking(links, session);
  addChoosing(links, session);
}

function addLooking(links: Command, session: Session): void {
  const { terminal } = session;
  links
    .command('list')
    .description('the links that are up')
    .option('--json', 'print them as JSON and nothing else')
    .action(async ({ json }: JsonFlag) => {
      const { listLinksHere } = await verbs();
      const found = await listLinksHere();
      const rows = found.map(({ link, addresses, gateways, rttMs, sentBps, receivedBps }) => [
        ...[link, addresses.join(' '), gateways.join(' ') || '-'],
        rttMs === null ? '-' : `${rttMs.toFixed(1)} ms`,
        ...[sentBps, receivedBps].map((bps) => `${(bps / 1e6).toFixed(1)} Mbit/s`),
      ]);
      const head = ['link', 'addresses', 'gateways', 'rtt', 'sends', 'receives'];
      terminal.print(json ? formatJson(found) : formatPlainTable(head, rows));
    });
  links
    .command('apps')
    .description('applications with their sockets, and the link that each is on')
    .option('--json', 'print them as JSON and nothing else')
    .option('--watch', 'again each second, until it is interrupted')
    .action(async ({ json, watch }: JsonFlag & { watch?: boolean }) => {
      do {
        const { listAppsHere } = await verbs();
        const found = await listAppsHere();
        terminal.print(json ? formatJson(found) : formatApps(found));
        if (watch) await sleep(1_000);
      } while (watch && !terminal.signal.aborted);
    });
}

type Reports = Awaited<ReturnType<Awaited<ReturnType<typeof verbs>>['listAppsHere']>>;

function formatApps(found: Reports): string {
  if (found.length === 0) return 'no application speaks with anybody beyond this terminal\n';
  const head = ['application', 'pid', 'socket', 'from', 'to', 'sent', 'received', 'link', 'change'];
  const rows = found.map((one) => [
    ...[one.application, String(one.process), one.socket, one.local],
    one.standing === 'connected' ? one.remote : one.standing,
    ...[one.sentBytes, one.receivedBytes].map((bytes) => (bytes === null ? '-' : String(bytes))),
    ...[one.link ?? '-', changeOf(one)],
  ]);
  return formatPlainTable(head, rows);
}

function changeOf({ result, mechanism }: Reports[number]): string {
  return result === null ? '-' : `${result} by ${mechanism ?? 'nothing'}`;
}

function addChoosing(links: Command, session: Session): void {
  const { terminal, exitWith } = session;
  links
    .command('manage')
    .description('be the connection manager of this terminal, until it is stopped')
    .option('--rules <file>', 'where answers are kept', defaultRules())
    .option('--ask-always', 'stored rules are no answers')
    .action(async ({ rules, askAlways = false }: { rules: string; askAlways?: boolean }) => {
      const { manageLinks } = await verbs();
      exitWith(await manageLinks({ rulesFile: rules, asksAlways: askAlways }, terminal.signal));
    });
  links
    .command('use')
    .description('put an application, a process or a socket on a link')
    .argument('<target>', 'a name, a pid, or a socket as `apps` shows it')
    .argument('<link>', 'its name')
    .option('--reset', 'what can only change its path is reset, so that it connects anew')
    .option(
      '--later',
      'nothing runs by this name yet, and no command has it: it is meant all the same',
    )
    .action(async (target: string, link: string, flags: UseFlags) => {
      terminal.print(await use(target, link, flags));
    });
  links
    .command('ask')
    .description('ask for each application that has no answer, once')
    .action(() => askEach(session));
}

interface UseFlags {
  readonly reset?: boolean;
  readonly later?: boolean;
}

async function use(target: string, link: string, flags: UseFlags): Promise<string> {
  const { reset = false, later = false } = flags;
  const { askLinks } = await verbs();
  const isExpected = later || target.includes('*') || findTool(target) !== undefined;
  const answer = await askLinks({ ask: 'use', target, link, isExpected });
  if (answer.answer === 'refused') throw refused(answer, target, link);
  const moved = answer.answer === 'done' ? answer.sockets : [];
  const stayed = moved.filter(
    ({ meetsClaim, standing }) => !meetsClaim && standing === 'connected',
  );
  if (!reset || stayed.every(({ link: now }) => now === link)) return told(moved, target, link);
  for (const { socket, link: now } of stayed) {
    if (now !== link) await askLinks({ ask: 'reset', target: socket });
  }
  return `${told(moved, target, link)}${stayed.length} reset: they connect anew by ${link}\n`;
}

function told(moved: Reports, target: string, link: string): string {
  if (moved.length === 0) return `${target} has no socket now; its next one begins on ${link}\n`;
  const lines = moved.map(({ socket, result, mechanism, meetsClaim, local }) => {
    const offer = meetsClaim === false && result === 'path-only' ? '; --reset connects anew' : '';
    return `${socket}  ${result ?? 'stays'}${mechanism ? ` by ${mechanism}` : ''}, ${local}${offer}`;
  });
  return `${lines.join('\n')}\n`;
}

async function askEach({ terminal }: Session): Promise<void> {
  const { askLinks } = await verbs();
  const answer = await askLinks({ ask: 'questions' });
  const questions = answer.answer === 'questions' ? answer.questions : [];
  if (questions.length === 0) return terminal.print('every application has an answer\n');
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  for (const { application, offered } of questions) {
    const said = (await lines.question(`${application}: ${offered.join(', ')}? `)).trim();
    if (said === '') await askLinks({ ask: 'skip', target: application });
    else terminal.print(await use(application, said, {}));
  }
  lines.close();
}

type Refused = Extract<
  Awaited<ReturnType<Awaited<ReturnType<typeof verbs>>['askLinks']>>,
  { answer: 'refused' }
>;

function refused({ why, nearest }: Refused, target: string, link: string): InputError {
  const code = 'link-kept';
  if (why === 'unknown-name') {
    return new InputError({
      code,
      message: `nothing was changed: nothing runs by the name "${target}", and no command has it`,
      hint:
        nearest === undefined
          ? `for one that is yet to come: ropewalk links use --later ${target} ${link}`
          : `did you mean ${nearest}? For one that is yet to come: ropewalk links use --later ${target} ${link}`,
    });
  }
  const subject = why === 'unknown-link' ? link : target;
  return new InputError({
    code,
    message: `nothing was changed: "${subject}" is an ${why.replace('-', ' ')}`,
    hint:
      why === 'unknown-link'
        ? 'see which are up: ropewalk links list'
        : 'see what there is: ropewalk links apps',
  });
}

function defaultRules(): string {
  return join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'ropewalk/links.yaml');
}

/** Loaded when it is needed: other verbs need no kernel. */
function verbs() {
  return import('../../src/cli/links.ts');
}
