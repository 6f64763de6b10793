/** What a kernel tells of the sockets of a terminal, before and after something was done to one of them. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { formatEndpoint } from '../../base/address.ts';
import type { RouteSocket } from '../../linux/route-socket.ts';
import { type DiagSocket, listSockets } from '../../linux/socket-diag.ts';
import type { TestTerminal } from './testing-terminal.ts';

/** By cookie: both ends, and the mark. */
export type SocketViews = ReadonlyMap<number, string>;

/** `diag`: opened in the terminal. */
export function socketsOf(diag: RouteSocket): DiagSocket[] {
  return (['udp', 'tcp'] as const).flatMap((protocol) =>
    ([4, 6] as const).flatMap((family) => listSockets(diag, family, protocol)),
  );
}

export function viewsOf(sockets: readonly DiagSocket[]): SocketViews {
  return new Map(
    sockets.map(({ cookie, local, remote, mark }) => [
      cookie,
      `${formatEndpoint(local)} ${formatEndpoint(remote)} mark ${mark}`,
    ]),
  );
}

/** Cookies of sockets that have another address, port, peer or mark, that came, or that went. */
export function touchedBetween(before: SocketViews, after: SocketViews): number[] {
  const cookies = new Set([...before.keys(), ...after.keys()]);
  return [...cookies].filter((cookie) => before.get(cookie) !== after.get(cookie));
}

/** What a manager sets up in a terminal: rules, routes of all tables, the path manager, marks of living sockets. */
export function standingIn(terminal: TestTerminal, diag: RouteSocket): Record<string, string> {
  // An address that a link gives itself comes when it likes.
  const ip = (...words: readonly string[]) =>
    terminal
      .within(() => execFileSync('ip', [...words], { encoding: 'utf8' }))
      .split('\n')
      .filter((line) => !line.includes('fe80::'))
      .join('\n');
  const marked = socketsOf(diag).filter(({ mark }) => mark !== 0);
  const path = '/proc/sys/net/mptcp/pm_type';
  return {
    rules4: ip('-4', 'rule'),
    rules6: ip('-6', 'rule'),
    routes4: ip('-4', 'route', 'show', 'table', 'all'),
    routes6: ip('-6', 'route', 'show', 'table', 'all'),
    marks: marked.map(({ cookie }) => cookie).join(' '),
    pathManager: terminal.within(() => (existsSync(path) ? readFileSync(path, 'utf8') : '')),
  };
}
