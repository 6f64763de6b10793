/** Pieces of nft's language. */
import { nsPerMs } from '../../src/base/time.ts';
import type { NatTimers } from '../schema/nat-settings.ts';

/** What rules call the two sides of a box. */
export interface Sides {
  /** Devices, as nft writes a set of names. */
  readonly inside: string;
  readonly outside: string;
  /** The outer one. */
  readonly address: string;
}

/** Of TCP and UDP alike. */
export const withPorts = 'meta l4proto { tcp, udp }';

export function quoteNames(names: readonly string[]): string {
  return `{ ${names.map((name) => `"${name}"`).join(', ')} }`;
}

export function tableText(family: 'ip' | 'ip6', parts: readonly string[]): string {
  return `table ${family} box {\n${parts.join('')}}\n`;
}

/** `what`: a hook, or undefined for a chain that others jump to. */
export function chainText(
  name: string,
  what: string | undefined,
  rules: readonly string[],
): string {
  const head = what === undefined ? [] : [`type ${what};`];
  const lines = [...head, ...rules].map((line) => `    ${line}\n`).join('');
  return `  chain ${name} {\n${lines}  }\n`;
}

/** Entries come from packets and go after their time. */
export function setText(kind: 'set' | 'map', name: string, type: string): string {
  return `  ${kind} ${name} { type ${type}; flags dynamic, timeout; size 65535; }\n`;
}

/** Packets by how long the box remembers them: which they are, and nft's text of the time. */
export function timedPackets(timers: NatTimers): readonly (readonly [string, string])[] {
  const begins = 'meta l4proto tcp tcp flags & (fin | syn | rst)';
  return [
    ['meta l4proto udp', timeText(timers.udpNs)],
    [`${begins} != 0`, timeText(timers.tcpTransitoryNs)],
    [`${begins} == 0`, timeText(timers.tcpEstablishedNs)],
  ];
}

/** nft refuses a number of nine digits. */
function timeText(ns: number): string {
  const ms = Math.ceil(ns / nsPerMs);
  const seconds = Math.floor(ms / 1_000);
  return seconds === 0 ? `${ms}ms` : `${seconds}s${ms % 1_000}ms`;
}
