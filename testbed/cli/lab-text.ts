/** A lab that stands, for a reader: what `up` and `ps` print. */

import { quoteCommand } from '../../src/base/shell-words.ts';
import { nsPerMs } from '../../src/base/time.ts';
import { formatDuration } from '../../src/base/units.ts';
import type { LabReport, LinkReport, NodeReport, ProgramReport } from '../labs/keep/messages.ts';
import { directionText } from '../plan/link-text.ts';
import type { ChangeModel } from '../schema/model.ts';
import { formatPlainTable } from './plain-table.ts';

/** With three commands to go on with, on nodes that there are. */
export function formatRaised(report: LabReport, viaSudo: boolean): string {
  const { card, nodes, links, programs } = report;
  const counts = [
    count(nodes.length, 'node'),
    count(links.length, 'link'),
    ...(programs.length > 0 ? [count(programs.length, 'program')] : []),
  ];
  const commands = nextCommands(report).map((words) => `  ${viaSudo ? 'sudo ' : ''}${words}\n`);
  return `${card.name} is up: ${counts.join(', ')}\n${commands.join('')}`;
}

function nextCommands({ card, nodes, links }: LabReport): string[] {
  const standing = nodes.filter(({ place, kind }) => place !== undefined && kind !== 'switch');
  const [first] = standing;
  const other = standing.toReversed().find(({ name }) => name !== first?.name);
  const [link] = links;
  const commands = [
    ...(first && other ? [['exec', first.name, '--', 'ping', '-c3', other.name]] : []),
    ...(first ? [['shell', first.name]] : []),
    ...(link ? [['capture', link.name, '--out', `${link.name}.pcapng`, '--for', '10s']] : []),
    ['down', card.name],
  ];
  return commands.map((words) => quoteCommand(['ropewalk', ...words]));
}

export function formatLab(report: LabReport, nowMs: number): string {
  const { card, nodes, links, programs, broken } = report;
  const age = formatDuration(Math.floor((nowMs - card.sinceMs) / 1_000) * 1_000 * nsPerMs);
  const head = `${card.name}: ${card.file}, up for ${age}, run ${card.runId}, keeper ${card.pid}\n`;
  return [
    head + (broken === undefined ? '' : `broken: ${broken}\n`),
    formatPlainTable(['node', 'kind', 'addresses', 'processes'], nodes.map(nodeRow)),
    ...(links.length > 0
      ? [formatPlainTable(['link', 'toward', 'settings'], links.flatMap(linkRows))]
      : []),
    ...(programs.length > 0
      ? [formatPlainTable(['program', 'node', 'runs', 'state'], programs.map(programRow))]
      : []),
  ].join('\n');
}

function nodeRow({ name, kind, place, interfaces, processes }: NodeReport): string[] {
  const addresses = interfaces.map((one) => [one.link, ...one.addresses].join(' '));
  const running = processes.map(({ pid, command }) => `${pid} ${cut(command)}`);
  return [
    name,
    kind,
    addresses.join('\n'),
    place === undefined ? 'in the hub' : running.join('\n'),
  ];
}

function linkRows({ name, engine, toward }: LinkReport): string[][] {
  const by = engine === 'model' ? '' : `, engine ${engine}`;
  return Object.entries(toward).map(([node, settings], at) => [
    at === 0 ? name : '',
    node,
    directionText(settings) + by,
  ]);
}

function programRow({ id, node, run, state }: ProgramReport): string[] {
  return [id, node, cut(run), state];
}

/** What the directions that were changed are now; of a node there is nothing to show. */
export function describeChanged(
  { links }: LabReport,
  change: ChangeModel,
  forText: string | undefined,
): string {
  const until = forText === undefined ? '' : `, for ${forText}`;
  if (!('link' in change)) return `${change.node}: done${until}\n`;
  const changed = 'toward' in change ? Object.keys(change.toward) : undefined;
  return linkRows(links.find(({ name }) => name === change.link)!)
    .filter(([, node]) => changed?.includes(node!) !== false)
    .map(([, node, settings]) => `${change.link} toward ${node}: ${settings}${until}\n`)
    .join('');
}

const longestCommand = 60;

function cut(command: string): string {
  return command.length <= longestCommand ? command : `${command.slice(0, longestCommand - 1)}…`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
