/** Two namespaces that somebody's emulation joins, and how it is set up where a hub does not do it. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { Ip } from '../../../../src/base/address.ts';
import { parsePrefix } from '../../../../src/base/prefix.ts';
import { changeLink, listLinks } from '../../../../src/linux/link.ts';
import { addAddress } from '../../../../src/linux/link-address.ts';
import { NetworkNamespace, runInNamespace } from '../../../../src/linux/network-namespace.ts';
import { RouteSocket } from '../../../../src/linux/route-socket.ts';

export interface CableEnd {
  readonly namespace: NetworkNamespace;
  readonly address: Ip;
  readonly device: string;
}

export interface Cable extends AsyncDisposable {
  readonly left: CableEnd;
  readonly right: CableEnd;
  /** The processes that carry the frames. */
  readonly pids: readonly number[];
}

/** For commands of others, while this process has the namespace open. */
export function pathOf({ namespace }: CableEnd): string {
  return `/proc/${process.pid}/fd/${namespace.fd}`;
}

export function createEnd(text: string): CableEnd {
  const { address } = parsePrefix(text)!;
  return { namespace: NetworkNamespace.create(), address, device: 'tap0' };
}

/** The device stands: the queue of a hub's, its address, up. */
export function configureEnd({ namespace, device }: CableEnd, text: string): void {
  using socket = runInNamespace(namespace, () => new RouteSocket());
  socket.apply([changeLink(device, { up: true, queueLength: 4_096 })]);
  const { index } = listLinks(socket).find(({ name }) => name === device)!;
  socket.apply([addAddress(index, parsePrefix(text)!)]);
}

/** Frames that left by the device, as its namespace counts them. */
export function countSent({ namespace, device }: CableEnd): number {
  const table = runInNamespace(namespace, () => readFileSync('/proc/thread-self/net/dev', 'utf8'));
  const line = table.split('\n').find((row) => row.trim().startsWith(`${device}:`))!;
  return Number(line.split(':')[1]!.trim().split(/\s+/)[9]);
}

const ticksASecond = 100;

/** Of the kernel and the program together. */
export function processorSeconds(pids: readonly number[]): number {
  const ticks = pids.map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, one) => sum + one, 0) / ticksASecond;
}
