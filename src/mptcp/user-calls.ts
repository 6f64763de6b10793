/** What a user asks of an MPTCP connection. */
import type { Endpoint } from '../base/address.ts';
import { dropRing, writeRing } from '../tcp/byte-ring.ts';
import { openConnection } from '../tcp/open.ts';
import type { TcpSink } from '../tcp/sink.ts';
import type { MptcpConnection } from './connection.ts';
import { addSubflow, createConnection } from './create-connection.ts';
import { mostMappedBytes } from './feed.ts';
import { type MptcpMachine, stir } from './machine-state.ts';
import { roomBytes, shareRoom } from './room.ts';
import { defaultMptcpSettings, type MptcpSettings } from './settings.ts';
import { settle } from './settle.ts';
import { subflowSettings } from './subflow-settings.ts';

export interface OpenMptcp {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly interface: string | undefined;
  readonly settings: Partial<MptcpSettings>;
}

/** `in-use`: a TCP connection between these endpoints is here, perhaps in TIME-WAIT. */
export function openMptcp(
  machine: MptcpMachine,
  nowNs: number,
  { local, remote, interface: name, settings: wanted }: OpenMptcp,
  sink: TcpSink,
): MptcpConnection | 'in-use' {
  const settings = { ...defaultMptcpSettings, ...wanted };
  const owner = createConnection(machine, nowNs, { role: 'initiator', settings, local, remote });
  const subflow = addSubflow(machine, owner, {
    isFirst: true,
    local,
    remote,
    interface: name,
    localAddressId: 0,
    remoteAddressId: 0,
    isBackup: false,
  });
  const options = {
    local,
    remote,
    settings: subflowSettings(settings),
    multipath: subflow.number,
  };
  const opened = openConnection(machine.tcp, nowNs, options, sink);
  if (opened !== 'in-use') {
    stir(machine, owner);
    settle(machine, nowNs, sink);
    return owner;
  }
  machine.subflows.delete(subflow.number);
  machine.byToken.delete(owner.localFacts.token);
  machine.standing.delete(owner);
  return 'in-use';
}

/** Takes as many bytes as fit and copies them; where messages are kept, all or none. */
export function writeData(
  machine: MptcpMachine,
  nowNs: number,
  owner: MptcpConnection,
  bytes: Uint8Array,
  sink: TcpSink,
): number {
  const { send, settings, state } = owner;
  if (send.isFinWanted || (state !== 'multipath' && state !== 'plain')) return 0;
  const room = settings.sendBufferBytes - send.buffer.length;
  const isMessage = settings.keepsMessages;
  const isTooLong = isMessage && (bytes.length > room || bytes.length > mostMappedBytes);
  const taken = isTooLong ? 0 : Math.min(bytes.length, Math.max(0, room));
  if (taken < bytes.length) send.isBlocked = true;
  if (taken === 0) return 0;
  writeRing(send.buffer, send.buffer.length, bytes, 0, taken);
  if (isMessage && state === 'multipath') send.messages.push(taken);
  stir(machine, owner);
  settle(machine, nowNs, sink);
  return taken;
}

/** The user took so many of the bytes that waited; of a message, all. */
export function consumeData(
  machine: MptcpMachine,
  nowNs: number,
  owner: MptcpConnection,
  count: number,
  sink: TcpSink,
): void {
  const { receive } = owner;
  const message = receive.messages.shift();
  if (message !== undefined) {
    receive.messageBytes -= message.length;
  } else {
    dropRing(receive.buffer, count);
    receive.bufferedFrom += count;
  }
  shareRoom(owner);
  // RFC 9293 3.8.6.2.2: what is left of the window would at least double.
  const leftBytes = receive.offeredTo - receive.nxt;
  if (owner.state === 'closed' || roomBytes(owner) < 2 * Math.max(leftBytes, 1)) return;
  for (const subflow of owner.subflows) subflow.isAckWanted = true;
  stir(machine, owner);
  settle(machine, nowNs, sink);
}

/** Everything written will be sent, then DATA_FIN; reading goes on. */
export function endData(
  machine: MptcpMachine,
  nowNs: number,
  owner: MptcpConnection,
  sink: TcpSink,
): void {
  if (owner.state === 'opening') {
    abortData(machine, nowNs, owner, sink);
    return;
  }
  owner.send.isFinWanted = true;
  stir(machine, owner);
  settle(machine, nowNs, sink);
}

/** RFC 8684 3.5: MP_FASTCLOSE, and resets on all subflows. */
export function abortData(
  machine: MptcpMachine,
  nowNs: number,
  owner: MptcpConnection,
  sink: TcpSink,
): void {
  if (owner.state === 'closed') return;
  owner.isFastClosing = true;
  owner.ending ??= 'aborted';
  stir(machine, owner);
  settle(machine, nowNs, sink);
}
