/** A connection before its first segment. */
import { type Endpoint, isIpv4 } from '../base/address.ts';
import { never } from '../base/time.ts';
import { createByteRing } from './byte-ring.ts';
import { controllerOf } from './congestion/controllers.ts';
import type {
  Connection,
  ConnectionCounts,
  NegotiatedOptions,
  ReceiveSide,
  RecoveryState,
  SendSide,
} from './connection.ts';
import { createFlight } from './flight.ts';
import { chooseIss, chooseTimestampOffset } from './initial-sequence.ts';
import type { TcpMachine } from './machine-state.ts';
import { createTimers } from './machine-timers.ts';
import { createPathSearch } from './path-probe.ts';
import { createRanges } from './ranges.ts';
import { makeDelivery } from './recovery/delivery-rate.ts';
import { makePrr } from './recovery/prr.ts';
import { makeRack } from './recovery/rack.ts';
import { makeRto } from './recovery/rto.ts';
import { makeProbe } from './recovery/tail-loss-probe.ts';
import { headerBytesTo } from './segment-size.ts';
import type { ConnectionSettings } from './settings.ts';

export interface NewConnection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly settings: ConnectionSettings;
  readonly listener: number | undefined;
  /** Left out: chosen by RFC 6528. */
  readonly iss?: number | undefined;
  readonly multipath?: number | undefined;
}

/** RFC 9293 3.7.1: what a peer takes that sends no MSS option. */
const defaultMssV4 = 536;
const defaultMssV6 = 1_220;

export function createConnection(
  machine: TcpMachine,
  nowNs: number,
  { local, remote, settings, listener, iss, multipath = 0 }: NewConnection,
): Connection {
  const pathMtuBytes = machine.mtuTo(remote.address);
  const first = iss ?? chooseIss(machine.secret, nowNs, local, remote);
  const mssBytes = pathMtuBytes - headerBytesTo(remote.address);
  const options = createOptions(machine, settings, local, remote);
  return {
    id: machine.nextId++,
    local,
    remote,
    state: 'closed',
    settings,
    listener,
    multipath,
    send: createSendSide(first, mssBytes, pathMtuBytes),
    receive: createReceiveSide(),
    options,
    timers: createTimers(),
    recovery: createRecovery(first),
    rto: makeRto(),
    rack: makeRack(first),
    probe: makeProbe(),
    prr: makePrr(),
    delivery: makeDelivery(),
    path: createPathSearch(pathMtuBytes),
    counts: createCounts(nowNs),
    congestion: controllerOf(settings.congestion).create(nowNs, { mssBytes, rttNs: 0 }),
    deadlineAtNs: never,
    queuedAtNs: never,
    isWarm: false,
    isReleased: false,
    isTold: false,
  };
}

/** Until the handshake says otherwise: what we would take and offer. */
function createOptions(
  machine: TcpMachine,
  settings: ConnectionSettings,
  local: Endpoint,
  remote: Endpoint,
): NegotiatedOptions {
  return {
    peerMssBytes: isIpv4(remote.address) ? defaultMssV4 : defaultMssV6,
    sendShift: 0,
    receiveShift: settings.usesWindowScale ? shiftFor(settings.receiveBufferBytes) : 0,
    hasTimestamps: settings.usesTimestamps,
    timestampOffset: chooseTimestampOffset(machine.secret, local, remote),
    recentTimestamp: 0,
    recentAtNs: 0,
    lastAckSent: 0,
    hasSack: settings.usesSack,
    hasEcn: settings.ecn === 'request',
    hasWindowScale: settings.usesWindowScale,
    multipathBytes: 0,
  };
}

/** RFC 7323 2.3: at most 14. */
export function shiftFor(windowBytes: number): number {
  let shift = 0;
  while (shift < 14 && windowBytes > 65_535 * 2 ** shift) shift++;
  return shift;
}

function createSendSide(iss: number, mssBytes: number, pathMtuBytes: number): SendSide {
  return {
    iss,
    una: iss,
    nxt: iss,
    windowBytes: 0,
    maxWindowBytes: 0,
    wl1: 0,
    wl2: 0,
    mssBytes,
    pathMtuBytes,
    buffer: createByteRing(),
    bufferedFrom: iss + 1,
    flight: createFlight(),
    sacked: createRanges(),
    isFinWanted: false,
    finAt: undefined,
    isBlocked: false,
    isReductionTold: true,
    lastSentAtNs: 0,
    pacedToAtNs: 0,
    windowProbes: 0,
    keepAliveProbes: 0,
    isUnreachable: false,
  };
}

function createReceiveSide(): ReceiveSide {
  return {
    irs: 0,
    nxt: 0,
    offeredTo: 0,
    sharedRoomBytes: -1,
    buffer: createByteRing(),
    bufferedFrom: 0,
    early: createRanges(),
    finAt: undefined,
    unacknowledgedSegments: 0,
    unacknowledgedBytes: 0,
    largestBytes: 0,
    isAckOwed: false,
    duplicateLeft: -1,
    duplicateRight: -1,
    isEcnEchoOwed: false,
    lastAtNs: 0,
    challenges: 0,
    challengedFromAtNs: 0,
  };
}

function createRecovery(iss: number): RecoveryState {
  return {
    phase: 'open',
    pointTo: iss,
    inflightBytes: 0,
    lostBytes: 0,
    lostFrom: never,
    sackedBytes: 0,
    sackedSegments: 0,
    duplicateAcks: 0,
    isWindowLimited: false,
    firstRetransmitAtNs: never,
    undoableRetransmissions: -1,
  };
}

function createCounts(nowNs: number): ConnectionCounts {
  return {
    openedAtNs: nowNs,
    segmentsSent: 0,
    segmentsReceived: 0,
    bytesSent: 0,
    bytesRetransmitted: 0,
    segmentsRetransmitted: 0,
    bytesReceived: 0,
    timeouts: 0,
    spuriousRecoveries: 0,
    challengeAcks: 0,
  };
}
