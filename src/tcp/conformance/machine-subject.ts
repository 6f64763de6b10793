/** Our TCP machine under test, in virtual time. */
import type { Endpoint, Family } from '../../base/address.ts';
import { seedRandom } from '../../base/random.ts';
import { nsPerSecond } from '../../base/time.ts';
import { makeIpPacket } from '../../ip/empty-packet.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import type { Connection } from '../connection.ts';
import { listen } from '../listeners.ts';
import { advance, createTcpMachine } from '../machine.ts';
import { openConnection } from '../open.ts';
import { receivePacket } from '../packet-input.ts';
import type { ConnectionSettings } from '../settings.ts';
import type { OutgoingSegment, TcpSink } from '../sink.ts';
import {
  abortConnection,
  closeConnection,
  consumeBytes,
  readableBytes,
  releaseConnection,
  writeBytes,
} from '../user-calls.ts';
import type { SubjectSettings } from './case.ts';
import type { Subject } from './subject.ts';

const linkMtuBytes = 1_500;

export function createMachineSubject(family: Family, local: Endpoint, remote: Endpoint): Subject {
  let nowNs = nsPerSecond;
  let connection: Connection | undefined;
  let listens = false;
  const sent: Uint8Array[] = [];
  const told = new Set<string>();
  const machine = createTcpMachine({
    random: seedRandom(1, 'conformance'),
    mtuTo: () => linkMtuBytes,
  });
  const sink = createSink(sent, told, (latest) => {
    connection = latest;
  });
  const withConnection = (call: (connection: Connection) => void): void => {
    if (connection !== undefined) call(connection);
  };
  return {
    family,
    nowNs: () => nowNs,
    listen(given) {
      listens = true;
      const { port } = local;
      listen(machine, { port, settings: settingsOf(given) });
    },
    connect(given) {
      openConnection(machine, nowNs, { local, remote, settings: settingsOf(given) }, sink);
    },
    write: (bytes) => withConnection((at) => writeBytes(machine, nowNs, at, bytes, sink)),
    read(bytes) {
      const taken: number[] = [];
      withConnection((at) => {
        taken.push(...readableBytes(at).subarray(0, bytes));
        consumeBytes(machine, nowNs, at, taken.length, sink);
      });
      return Uint8Array.from(taken);
    },
    close: () => withConnection((at) => closeConnection(machine, nowNs, at, sink)),
    abort: () => withConnection((at) => abortConnection(machine, nowNs, at, sink)),
    release: () => withConnection((at) => releaseConnection(machine, nowNs, at, sink)),
    inject: (packet) => receivePacket(machine, nowNs, packet, sink),
    async next(untilNs) {
      while (sent.length === 0 && machine.deadlineNs <= untilNs) {
        nowNs = Math.max(nowNs, machine.deadlineNs);
        advance(machine, nowNs, sink);
      }
      if (sent.length === 0) nowNs = Math.max(nowNs, untilNs);
      return sent.shift();
    },
    async settle() {},
    state() {
      if (connection !== undefined && connection.state !== 'closed') return connection.state;
      // RFC 9293 3.10.7.4: an opening that came to nothing leaves LISTEN.
      return listens && !told.has('connected') ? 'listen' : 'closed';
    },
    told: () => told,
    readableBytes: () => (connection === undefined ? 0 : readableBytes(connection).length),
  };
}

function createSink(
  sent: Uint8Array[],
  told: Set<string>,
  noteConnection: (connection: Connection) => void,
): TcpSink {
  return {
    transmit: (segment) => sent.push(packetOf(segment)),
    stateChanged: noteConnection,
    connected: () => told.add('connected'),
    readable() {},
    writable() {},
    ended: () => told.add('ended'),
    closed: (_connection, reason) => told.add(`closed ${reason}`),
    record() {},
  };
}

function packetOf({ source, destination, bytes, at, end, ecn }: OutgoingSegment): Uint8Array {
  const way = { source, destination };
  const { packet, at: bodyAt } = makeIpPacket(way, ipProtocol.tcp, end - at, ecn);
  packet.set(bytes.subarray(at, end), bodyAt);
  return packet;
}

function settingsOf(given: SubjectSettings): Partial<ConnectionSettings> {
  const { noDelay, keepAlive, userTimeoutNs, receiveBufferBytes, sendBufferBytes } = given;
  return {
    ...(noDelay === undefined ? {} : { isNoDelay: noDelay }),
    ...(keepAlive === undefined
      ? {}
      : {
          keepAliveNs: keepAlive.idleNs,
          keepAliveIntervalNs: keepAlive.intervalNs,
          keepAliveProbes: keepAlive.probes,
        }),
    ...(userTimeoutNs === undefined ? {} : { userTimeoutNs }),
    ...(receiveBufferBytes === undefined ? {} : { receiveBufferBytes }),
    ...(sendBufferBytes === undefined ? {} : { sendBufferBytes }),
    ...(given.requestsEcn ? { ecn: 'request' as const } : {}),
  };
}
