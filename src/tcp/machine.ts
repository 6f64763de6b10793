/** A TCP machine: connections and listeners of one node, without I/O and without a clock. */

import type { Ip } from '../base/address.ts';
import { takeDue } from '../base/deadline-queue.ts';
import { fillRandom } from '../base/random.ts';
import { never } from '../base/time.ts';
import { createArrivedSegment } from './arrived-segment.ts';
import { createConnectionTable } from './connection-table.ts';
import type { TcpEvent } from './events.ts';
import { expire } from './expire.ts';
import { listen } from './listeners.ts';
import type { TcpMachine, TcpMachineOptions } from './machine-state.ts';
import { openConnection } from './open.ts';
import { receivePacket } from './packet-input.ts';
import { makeRateSample, makeStamp } from './recovery/delivery-rate.ts';
import type { TcpSink } from './sink.ts';
import {
  abortConnection,
  closeConnection,
  consumeBytes,
  releaseConnection,
  writeBytes,
} from './user-calls.ts';

/** Room for a segment on Ethernet; it grows where larger ones go out. */
const segmentRoomBytes = 1_600;

export function createTcpMachine({ random, mtuTo, multipath }: TcpMachineOptions): TcpMachine {
  const secret = new Uint8Array(32);
  fillRandom(random, secret);
  return {
    deadlineNs: never,
    connections: createConnectionTable(),
    listeners: [],
    timers: { heap: [] },
    random,
    secret,
    mtuTo,
    multipath,
    toWrite: { nowNs: 0, sequence: 0, count: 0, flags: 0 },
    nextId: 1,
    warm: [],
    warmNext: 0,
    ...createScratch(),
  };
}

/** What one segment needs while it is handled. */
function createScratch(): Pick<
  TcpMachine,
  'arrived' | 'outgoing' | 'ack' | 'sent' | 'rackSegment' | 'oldestRttNs' | 'stamp' | 'rateSample'
> {
  return {
    arrived: createArrivedSegment(),
    outgoing: {
      source: 0 as Ip,
      destination: 0 as Ip,
      bytes: new Uint8Array(segmentRoomBytes),
      at: 0,
      end: 0,
      ecn: 0,
      dontFragment: true,
    },
    ack: {
      ackedBytes: 0,
      newlyDeliveredBytes: 0,
      deliveredBytes: 0,
      priorDeliveredBytes: 0,
      lossBytes: 0,
      rttNs: 0,
      deliveryRateBps: 0,
      isAppLimited: false,
      isWindowLimited: false,
      inflightBytes: 0,
      priorInflightBytes: 0,
      isEcnMarked: false,
      phase: 'open',
      acknowledged: 0,
      nextSequence: 0,
    },
    sent: {
      bytes: 0,
      inflightBytes: 0,
      isRetransmission: false,
      nextSequence: 0,
      deliveredBytes: 0,
    },
    rackSegment: {
      sentAtNs: 0,
      endSequence: 0,
      isRetransmitted: false,
      isSacked: false,
      isLost: false,
    },
    oldestRttNs: 0,
    stamp: makeStamp(),
    rateSample: makeRateSample(),
  };
}

/** Does what is due; earlier than `machine.deadlineNs` it does nothing. */
export function advance(machine: TcpMachine, nowNs: number, sink: TcpSink): void {
  for (;;) {
    const connection = takeDue(machine, nowNs);
    if (connection === undefined) return;
    expire(machine, nowNs, connection, sink);
  }
}

/** One entrance for all that can happen, for who keeps what happened as values. */
export function step(machine: TcpMachine, nowNs: number, event: TcpEvent, sink: TcpSink): void {
  switch (event.kind) {
    case 'open active':
      openConnection(machine, nowNs, event.options, sink);
      return;
    case 'open passive':
      listen(machine, event.options);
      return;
    case 'packet arrived':
      receivePacket(machine, nowNs, event.packet, sink);
      return;
    case 'write':
      writeBytes(machine, nowNs, event.connection, event.bytes, sink);
      return;
    case 'read':
      consumeBytes(machine, nowNs, event.connection, event.bytes, sink);
      return;
    case 'close':
      closeConnection(machine, nowNs, event.connection, sink);
      return;
    case 'abort':
      abortConnection(machine, nowNs, event.connection, sink);
      return;
    case 'release':
      releaseConnection(machine, nowNs, event.connection, sink);
      return;
    case 'timer':
      advance(machine, nowNs, sink);
      return;
  }
}
