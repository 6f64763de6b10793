/** What an interface is like before it is borrowed, in words that ip(8) takes back. */
import { execFileSync } from 'node:child_process';
import type { InterfaceState } from '../../ledger/ledger-entry.ts';
import { findTool } from '../../processes/find-tool.ts';

interface LinkAnswer {
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly linkinfo?: { readonly info_kind?: string };
  readonly addr_info: readonly AddressAnswer[];
}

interface AddressAnswer {
  readonly family: string;
  readonly local: string;
  readonly prefixlen: number;
  readonly broadcast?: string;
  readonly scope: string;
  readonly label?: string;
  readonly protocol?: string;
}

export interface RouteAnswer {
  readonly dst: string;
  readonly gateway?: string;
  readonly metric?: number;
  readonly scope?: string;
  readonly protocol?: string;
  readonly table?: string;
  readonly prefsrc?: string;
  readonly type?: string;
}

export interface FoundInterface {
  readonly state: InterfaceState;
  /** A virtual machine's TAP, or a card of this one. */
  readonly hardware: 'guest' | 'NIC';
}

/** In the namespace of this thread. */
export function readInterface(name: string): FoundInterface {
  const [link] = ask<LinkAnswer[]>(['-d', 'address', 'show', 'dev', name]);
  const routes = ['-4', '-6'].flatMap((family) =>
    ask<RouteAnswer[]>([family, 'route', 'show', 'table', 'all', 'dev', name]).map((route) => [
      family,
      ...routeWords(route),
    ]),
  );
  return {
    hardware: link!.linkinfo?.info_kind === 'tun' ? 'guest' : 'NIC',
    state: {
      isUp: link!.flags.includes('UP'),
      mtuBytes: link!.mtu,
      addresses: link!.addr_info.filter(isGiven).map(addressWords),
      routes: routes.filter((words) => words.length > 1),
      offloads: readOffloads(name),
    },
  };
}

/** The kernel makes those of the link by itself when it comes up. */
function isGiven({ scope, family }: AddressAnswer): boolean {
  return family === 'inet' || scope !== 'link';
}

export function addressWords(address: AddressAnswer): string[] {
  const { local, prefixlen, broadcast, scope, label } = address;
  return [
    `${local}/${prefixlen}`,
    ...(broadcast === undefined ? [] : ['broadcast', broadcast]),
    ...['scope', scope],
    ...(label === undefined ? [] : ['label', label]),
  ];
}

/** Empty: it comes with an address. */
export function routeWords(route: RouteAnswer): string[] {
  const { dst, gateway, metric, scope, protocol, table, prefsrc, type } = route;
  if (protocol === 'kernel' || type === 'local' || type === 'multicast') return [];
  const option = (key: string, value: string | number | undefined) =>
    value === undefined ? [] : [key, String(value)];
  return [
    ...['route', 'add', dst],
    ...option('via', gateway),
    ...option('metric', metric),
    ...option('scope', scope),
    ...option('proto', protocol),
    ...option('table', table),
    ...option('src', prefsrc),
  ];
}

/** What `setOffloads` turns off and was on; without ethtool it is not known, and stays off. */
const turnedOff = ['rx', 'tx', 'sg', 'tso', 'gso', 'gro'];
const longNames: Readonly<Record<string, string>> = {
  'rx-checksumming': 'rx',
  'tx-checksumming': 'tx',
  'scatter-gather': 'sg',
  'tcp-segmentation-offload': 'tso',
  'generic-segmentation-offload': 'gso',
  'generic-receive-offload': 'gro',
};

function readOffloads(name: string): string[] {
  const ethtool = findTool('ethtool');
  if (ethtool === undefined) return [];
  const text = execFileSync(ethtool, ['-k', name], { encoding: 'utf8', stdio: 'pipe' });
  return text.split('\n').flatMap((line) => {
    const [, long = '', value] = /^([\w-]+): (on|off)/.exec(line) ?? [];
    const short = longNames[long];
    return value === 'on' && short !== undefined && turnedOff.includes(short) ? [short] : [];
  });
}

function ask<Answer>(words: readonly string[]): Answer {
  const text = execFileSync(findTool('ip')!, ['-j', ...words], { encoding: 'utf8', stdio: 'pipe' });
  return JSON.parse(text.trim() === '' ? '[]' : text) as Answer;
}
