/** Counts what a terminal says to the far machine and hears from it, by link; a packet with another link's address is astray. */
import { execFileSync } from 'node:child_process';
import { formatIp } from '../../base/address.ts';
import { farPorts } from './testing-addresses.ts';
import { lte, type TestTerminal, wifi } from './testing-terminal.ts';

const ways = {
  sent: { hook: 'postrouting', device: 'oifname', port: 'dport', address: 'saddr' },
  received: { hook: 'prerouting', device: 'iifname', port: 'sport', address: 'daddr' },
} as const;
type Way = keyof typeof ways;
const counted = ['wifi', 'lte', 'astray'] as const;
type Counts = Readonly<Record<(typeof counted)[number], number>>;

export interface WireCounts {
  read(): Readonly<Record<Way, Counts>>;
}

/** Ended with the namespace. */
export function countWire(terminal: TestTerminal): WireCounts {
  const names = Object.keys(ways) as Way[];
  const counters = names.flatMap((way) => counted.map((what) => `counter ${way}-${what} {}`));
  run(
    terminal,
    ['-f', '-'],
    ['table inet wire {', ...counters, ...names.map(chain), '}'].join('\n'),
  );
  return {
    read: () => {
      const listed = run(terminal, ['-j', 'list', 'counters', 'table', 'inet', 'wire']);
      return { sent: readWay(listed, 'sent'), received: readWay(listed, 'received') };
    },
  };
}

function chain(way: Way): string {
  const { hook, device, port, address } = ways[way];
  const rules = [wifi, lte].flatMap(({ name, ipv4, ipv6 }) =>
    [`ip ${address} ${formatIp(ipv4)}`, `ip6 ${address} ${formatIp(ipv6)}`].map(
      (match) =>
        `${device} ${name} udp ${port} ${farPorts.udp} ${match} counter name ${way}-${name} accept`,
    ),
  );
  const rest = `udp ${port} ${farPorts.udp} counter name ${way}-astray`;
  const head = `type filter hook ${hook} priority 0; policy accept;`;
  return [`chain ${way} {`, head, ...rules, rest, '}'].join('\n');
}

function run(terminal: TestTerminal, words: readonly string[], input = ''): string {
  return terminal.within(() =>
    execFileSync('nft', [...words], { input, encoding: 'utf8', env: systemTools }),
  );
}

/** A package of npm has a command of the same name. */
const systemTools = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

interface Listed {
  readonly nftables: readonly {
    readonly counter?: { readonly name: string; readonly packets: number };
  }[];
}

function readWay(text: string, way: Way): Counts {
  const { nftables } = JSON.parse(text) as Listed;
  const of = (what: string) =>
    nftables.find(({ counter }) => counter?.name === `${way}-${what}`)?.counter?.packets ?? -1;
  return { wifi: of('wifi'), lte: of('lte'), astray: of('astray') };
}
