/** A connection before its first segment, and a subflow before its own. */
import type { Endpoint } from '../base/address.ts';
import { drawUint32, fillRandom } from '../base/random.ts';
import { never } from '../base/time.ts';
import { createByteRing } from '../tcp/byte-ring.ts';
import { createRanges } from '../tcp/ranges.ts';
import { resetReason } from '../wire/mptcp.ts';
import type {
  DataCounts,
  DataReceiveSide,
  DataSendSide,
  DataTimers,
  MptcpConnection,
  Subflow,
} from './connection.ts';
import { factsOfKey, type KeyFacts, keyBytes } from './keys.ts';
import type { MptcpMachine } from './machine-state.ts';
import type { MptcpSettings } from './settings.ts';

/** Until the other side's key is known. */
export const unknownFacts: KeyFacts = { token: 0, idsnHigh: 0, idsnLow: 0 };

export interface NewConnection {
  readonly role: MptcpConnection['role'];
  readonly settings: MptcpSettings;
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

export function createConnection(
  machine: MptcpMachine,
  nowNs: number,
  { role, settings, local, remote }: NewConnection,
): MptcpConnection {
  const { key, facts } = drawKey(machine);
  const connection: MptcpConnection = {
    id: machine.nextId++,
    role,
    state: 'opening',
    settings,
    localKey: key,
    localFacts: facts,
    remoteKey: undefined,
    remoteFacts: unknownFacts,
    usesChecksum: settings.usesChecksum,
    isFirstAddressClosed: false,
    isConfirmed: false,
    send: createSendSide(),
    receive: createReceiveSide(),
    subflows: [],
    addresses: { announced: [], unechoed: [], ids: [local.address], joinAtNs: new Map() },
    timers: createTimers(),
    counts: createCounts(nowNs),
    opened: { local, remote },
    deadlineAtNs: never,
    queuedAtNs: never,
    isStirred: false,
    arePathsDue: true,
    isFastClosing: false,
    isTold: { connected: false, closed: false },
    ending: undefined,
  };
  machine.byToken.set(facts.token, connection);
  machine.standing.add(connection);
  return connection;
}

/** RFC 8684 3.1: its token must be unique on this host. */
function drawKey(machine: MptcpMachine): { key: Uint8Array; facts: KeyFacts } {
  for (;;) {
    const key = new Uint8Array(keyBytes);
    fillRandom(machine.random, key);
    const facts = factsOfKey(key);
    if (!machine.byToken.has(facts.token)) return { key, facts };
  }
}

function createSendSide(): DataSendSide {
  return {
    una: 0,
    nxt: 0,
    buffer: createByteRing(),
    bufferedFrom: 0,
    windowTo: 0,
    isFinWanted: false,
    finAt: undefined,
    isBlocked: false,
    isWide: false,
    countedFromNs: 0,
    countedBytes: 0,
    countedBeforeBytes: 0,
    again: [],
    messages: [],
  };
}

function createReceiveSide(): DataReceiveSide {
  return {
    nxt: 0,
    buffer: createByteRing(),
    bufferedFrom: 0,
    early: createRanges(),
    finAt: undefined,
    offeredTo: 0,
    isEnded: false,
    messages: [],
    messageBytes: 0,
  };
}

function createTimers(): DataTimers {
  return {
    livenessAtNs: never,
    retransmitAtNs: never,
    persistAtNs: never,
    finAtNs: never,
    announceAtNs: never,
    pathsAtNs: never,
    lonelyAtNs: never,
  };
}

function createCounts(nowNs: number): DataCounts {
  return {
    openedAtNs: nowNs,
    bytesSent: 0,
    bytesSentAgain: 0,
    bytesReceived: 0,
    bytesReceivedTwice: 0,
    joins: 0,
    doubts: 0,
    checksumErrors: 0,
    finRepeats: 0,
    announceRepeats: 0,
  };
}

export interface NewSubflow {
  readonly isFirst: boolean;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly interface: string | undefined;
  readonly localAddressId: number;
  readonly remoteAddressId: number;
  readonly isBackup: boolean;
}

export function addSubflow(
  machine: MptcpMachine,
  owner: MptcpConnection,
  wanted: NewSubflow,
): Subflow {
  const subflow: Subflow = {
    ...wanted,
    number: machine.nextNumber++,
    owner,
    tcp: undefined,
    phase: 'opening',
    health: 'good',
    localNonce: drawUint32(machine.random),
    remoteNonce: 0,
    joinHmac: undefined,
    sent: [],
    sentFrom: 0,
    told: [],
    copies: [],
    doubtedAtNs: never,
    returnAtNs: never,
    doubts: 0,
    probes: 0,
    probeAtNs: never,
    confirmAtNs: never,
    toSay: [],
    isAckWanted: false,
    resetReason: resetReason.unspecified,
    infiniteFrom: undefined,
    infiniteSendFrom: undefined,
    tellsInfinite: false,
    failedAt: undefined,
    hasMapping: false,
    hasDss: false,
  };
  machine.subflows.set(subflow.number, subflow);
  owner.subflows.push(subflow);
  return subflow;
}
