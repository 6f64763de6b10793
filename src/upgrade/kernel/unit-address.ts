/** Where a unit is found: names in the kernel, not files, so a network namespace has its own. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { UnsupportedError } from '../../base/errors.ts';
import { passDescriptors } from '../../linux/descriptor-passing.ts';
import { connectTo } from '../../linux/unix-socket.ts';
import { emitFrame } from './frames.ts';

/** Which unit, where a node has several. */
export const unitVariable = 'ROPEWALK_UNIT';

export function messagesName(unit: string): string {
  return `ropewalk-unit-${unit}`;
}

export function descriptorsName(unit: string): string {
  return `ropewalk-unit-${unit}-descriptors`;
}

/** Says which stream and which socket for descriptors belong together. */
export interface Pairing {
  readonly pair: string;
}

/** A stream to the unit with its socket for descriptors: that one first, so that the unit finds it. */
export async function reachUnit(unit: string): Promise<{ socket: Socket; descriptorFd: number }> {
  const descriptorFd = connectTo(descriptorsName(unit));
  if (descriptorFd === undefined) throw noUnit(unit);
  const pair: Pairing = { pair: randomBytes(16).toString('hex') };
  const note = new TextEncoder().encode(pair.pair);
  passDescriptors(descriptorFd, { descriptors: [], note });
  const socket = connect(`\0${messagesName(unit)}`);
  await once(socket, 'connect');
  socket.write(emitFrame(pair));
  return { socket, descriptorFd };
}

function noUnit(unit: string): UnsupportedError {
  return new UnsupportedError({
    code: 'no-socket-unit',
    message: `no socket unit "${unit}" runs in this network namespace`,
    hint: 'start one: ropewalk upgrade --unit',
  });
}

export function unitGone(unit: string): UnsupportedError {
  return new UnsupportedError({
    code: 'no-socket-unit',
    message: `the socket unit "${unit}" ended, or lets nobody in but its own user`,
    hint: 'start one: ropewalk upgrade --unit',
  });
}
