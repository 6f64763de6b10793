/** MPTCP on one TCP machine: connections of several subflows, without I/O and without a clock. */
import { never } from '../base/time.ts';
import { couple, linkedIncrease } from '../tcp/congestion/coupled.ts';
import type { MultipathLayer } from '../tcp/multipath.ts';
import { advanceUna } from './acknowledge-data.ts';
import { arrived } from './arrived.ts';
import type { MptcpConnection } from './connection.ts';
import { feed, hasMore } from './feed.ts';
import { synArrived } from './handshake.ts';
import type { MptcpMachine, MptcpMachineOptions } from './machine-state.ts';
import { takeStored } from './receive-data.ts';
import { writeOptions, writeSynOptions } from './write-options.ts';

const scratchBytes = 2_048;

export function createMptcpMachine({ random, ground, makeTcp }: MptcpMachineOptions): MptcpMachine {
  const layer: MultipathLayer = {
    synArrived: (listenerId, segment, nowNs) => synArrived(machine, listenerId, segment, nowNs),
    arrived: (tcp, segment, nowNs) => arrived(machine, tcp, segment, nowNs),
    stored: (tcp, nowNs) => stored(machine, tcp.multipath, nowNs),
    hasMore: (tcp) => hasMore(machine, tcp),
    feed: (tcp, nowNs) => feed(machine, tcp, nowNs),
    writeSynOptions: (tcp, bytes, at, isAnswer) =>
      writeSynOptions(machine, tcp, bytes, at, isAnswer),
    writeOptions: (tcp, bytes, at, segment) => writeOptions(machine, tcp, bytes, at, segment),
  };
  const machine: MptcpMachine = {
    deadlineNs: never,
    tcp: makeTcp(layer),
    ground,
    random,
    subflows: new Map(),
    byToken: new Map(),
    listening: new Map(),
    timers: { heap: [] },
    stirred: [],
    news: new Set(),
    standing: new Set(),
    reports: [],
    scratch: new Uint8Array(scratchBytes),
    nextNumber: 1,
    nextId: 1,
  };
  return machine;
}

function stored(machine: MptcpMachine, number: number, nowNs: number): void {
  const subflow = machine.subflows.get(number);
  if (subflow?.tcp === undefined) return;
  const { owner, tcp } = subflow;
  if (owner.state === 'plain') acknowledgePlain(machine, number, nowNs);
  takeStored(machine, subflow, tcp);
  if (owner.settings.isCoupled) linkIncreases(owner);
}

/** RFC 6356 4: with each ACK, for all subflows that have sent. */
function linkIncreases({ subflows }: MptcpConnection): void {
  const alive = subflows.flatMap(({ tcp }) => (tcp === undefined ? [] : [tcp]));
  const flows = alive.map(({ congestion, rto }) => ({
    cwndBytes: congestion.cwndBytes,
    rttNs: rto.srttNs,
  }));
  couple(
    alive.map(({ congestion }) => congestion),
    linkedIncrease(flows),
  );
}

/** After a fallback what TCP acknowledged is acknowledged. */
function acknowledgePlain(machine: MptcpMachine, number: number, nowNs: number): void {
  const { owner, tcp, infiniteSendFrom: from } = machine.subflows.get(number)!;
  if (from === undefined || tcp === undefined) return;
  const { send } = tcp;
  const past = send.finAt === undefined ? send.una : Math.min(send.una, send.finAt);
  const to = from.data + past - send.iss - from.subflow;
  if (to > owner.send.una) advanceUna(machine, owner, to, nowNs);
}
