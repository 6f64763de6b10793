/**
 * Holds what an active told it last. Where that one is silent it takes its address, makes the connection anew in
 * the kernel, and goes on:
 *   node standby.ts CHANNEL-ADDRESS INTERFACE ADDRESS/LENGTH MAC
 */
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { parseIp } from '../../../src/base/address.ts';
import { waitReadable } from '../../../src/linux/descriptor.ts';
import {
  bindSocket,
  listenSocket,
  openSocket,
  setOption,
  socketOption,
} from '../../../src/linux/socket.ts';
import { addressFamily } from '../../../src/linux/socket-address.ts';
import { acceptSocket, receiveStream } from '../../../src/linux/stream-socket.ts';
import { restoreConnection } from '../../../src/linux/tcp-repair.ts';
import { removeGate, shutGate } from './egress-gate.ts';
import { channelPort, heartbeatMs, KernelService, sayAll } from './kernel-service.ts';
import { parseState, type SavedState } from './saved-state.ts';

const [channelText, link, address, mac] = process.argv.slice(2);
const missed = 3;

function listen(): number {
  const listener = openSocket(addressFamily.ipv4, 'stream');
  setOption(listener, socketOption.reuseAddress, 1);
  bindSocket(listener, { address: parseIp(channelText!)!, port: channelPort });
  listenSocket(listener, 1);
  return listener;
}

/** The last state that came whole, when nothing comes any more. */
function hold(channel: number): SavedState | undefined {
  let held: SavedState | undefined;
  let text = '';
  const piece = new Uint8Array(65_536);
  while (waitReadable(channel, missed * heartbeatMs)) {
    const count = receiveStream(channel, piece);
    if (count <= 0) break;
    const lines = (text + Buffer.from(piece.subarray(0, count)).toString('latin1')).split('\n');
    text = lines.pop()!;
    const last = lines.findLast((line) => line !== '');
    if (last === undefined) continue;
    held = parseState(last);
    sayAll(channel, Buffer.from('stored\n'));
  }
  return held;
}

function takeOver({ connection, store, answer }: SavedState): void {
  shutGate();
  execFileSync('ip', ['link', 'set', 'dev', link!, 'address', mac!]);
  execFileSync('ip', ['address', 'add', address!, 'dev', link!]);
  const fd = restoreConnection(connection);
  removeGate();
  setOption(fd, socketOption.tcpNoDelay, 1);
  sayAll(fd, answer);
  const service = new KernelService(store);
  do sayAll(fd, service.serve());
  while (waitReadable(fd, -1) && service.read(fd));
}

const listener = listen();
process.stdout.write('listening\n');
waitReadable(listener, -1);
const held = hold(acceptSocket(listener)!.fd);
if (held !== undefined) takeOver(held);
