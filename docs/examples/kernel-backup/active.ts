/**
 * Serves one connection of the kernel. WAY=repair: the standby has each answer, and the connection as it was
 * before, first. WAY=guardian: a process that holds a duplicate starts it. WAY=alone: neither.
 * DIES_AT=n: it is gone when the nth question waits.
 *   WAY=repair node active.ts ADDRESS STANDBY-ADDRESS
 */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseIp } from '../../../src/base/address.ts';
import { waitReadable } from '../../../src/linux/descriptor.ts';
import {
  bindSocket,
  connectSocket,
  listenSocket,
  openSocket,
  setOption,
  socketOption,
} from '../../../src/linux/socket.ts';
import { addressFamily } from '../../../src/linux/socket-address.ts';
import { acceptSocket, receiveStream, sendStream } from '../../../src/linux/stream-socket.ts';
import { dumpConnection, resumeConnection } from '../../../src/linux/tcp-repair.ts';
import { openGateTo } from './egress-gate.ts';
import { channelPort, heartbeatMs, KernelService, sayAll, servicePort } from './kernel-service.ts';
import { emitState } from './saved-state.ts';

const [ownText, standbyText] = process.argv.slice(2);
const own = parseIp(ownText!)!;
const { WAY: way = 'alone', DIES_AT: diesAt = '0', STORE: storeFile } = process.env;
const service = new KernelService();

function listen(): number {
  const listener = openSocket(addressFamily.ipv4, 'stream');
  setOption(listener, socketOption.reuseAddress, 1);
  const failed = bindSocket(listener, { address: own, port: servicePort });
  if (failed !== undefined) throw new Error(`bind: errno ${failed}`);
  listenSocket(listener, 1);
  return listener;
}

/** To the standby, which listens before we are started. */
function reachStandby(): number {
  const fd = openSocket(addressFamily.ipv4, 'stream');
  connectSocket(fd, { address: parseIp(standbyText!)!, port: channelPort });
  setOption(fd, socketOption.tcpNoDelay, 1);
  return fd;
}

const beat = Buffer.from('\n');

/** Waits on one descriptor, and beats meanwhile. */
function waitAlive(fd: number, channel: number | undefined): void {
  while (!waitReadable(fd, heartbeatMs)) if (channel !== undefined) sendStream(channel, beat);
}

/** Returns when the standby has it. */
function backUp(fd: number, channel: number, answer: Uint8Array): void {
  const connection = dumpConnection(fd);
  sayAll(channel, emitState({ connection, store: [...service.store], answer }));
  waitReadable(channel, -1);
  receiveStream(channel, new Uint8Array(16));
  openGateTo(connection.receiveNext);
  resumeConnection(fd);
}

const listener = listen();
const channel = way === 'repair' ? reachStandby() : undefined;
process.stdout.write('listening\n');
waitAlive(listener, channel);
const { fd } = acceptSocket(listener)!;
setOption(fd, socketOption.tcpNoDelay, 1);
process.stdout.write(`serving by ${fd}\n`);
if (channel !== undefined) backUp(fd, channel, new Uint8Array(0));
for (let question = 1; ; question++) {
  waitAlive(fd, channel);
  if (question === Number(diesAt)) process.kill(process.pid, 'SIGKILL');
  if (!service.read(fd)) break;
  const answer = service.serve();
  if (channel !== undefined) backUp(fd, channel, answer);
  if (storeFile !== undefined) writeFileSync(storeFile, JSON.stringify([...service.store]));
  sayAll(fd, answer);
}
