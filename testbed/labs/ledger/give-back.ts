/** An interface that a run had borrowed goes back to the namespace of this thread, as it was there. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { changeLink, listLinks } from '../../../src/linux/link.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import { RouteSocket } from '../../../src/linux/route-socket.ts';
import { SystemCallError } from '../../../src/linux/system-call.ts';
import { findTool } from '../processes/find-tool.ts';
import type { LentInterface } from './ledger-entry.ts';
import { pinPath } from './namespace-pins.ts';

/** False: it was not there any more, or never got there. */
export function giveBack({ name, namespace, state }: LentInterface): boolean {
  const path = pinPath(namespace);
  if (!existsSync(path) || !moveHome(path, name)) return false;
  const { isUp, mtuBytes, addresses, routes, offloads } = state;
  ip(['link', 'set', name, 'mtu', String(mtuBytes)]);
  for (const one of offloads) run('ethtool', ['-K', name, one, 'on']);
  if (isUp) ip(['link', 'set', name, 'up']);
  for (const words of addresses) ip(['address', 'replace', ...words, 'dev', name]);
  for (const words of routes) ip([...words, 'dev', name]);
  return true;
}

/** False: it is not there. A pin that is a plain file yet is no namespace. */
function moveHome(path: string, name: string): boolean {
  try {
    using home = NetworkNamespace.current();
    using namespace = NetworkNamespace.open(path);
    using socket = runInNamespace(namespace, () => new RouteSocket());
    const link = listLinks(socket).find((one) => one.name === name);
    if (link === undefined) return false;
    const { index } = link;
    socket.apply([changeLink(index, { up: false }), changeLink(index, { namespaceFd: home.fd })]);
    return true;
  } catch (error) {
    if (error instanceof SystemCallError) return false;
    throw error;
  }
}

function ip(words: readonly string[]): boolean {
  return run('ip', words);
}

function run(tool: string, words: readonly string[]): boolean {
  const path = findTool(tool);
  return path !== undefined && spawnSync(path, words, { stdio: 'ignore' }).status === 0;
}
