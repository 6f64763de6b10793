/** How a connection and its subflows begin: MP_CAPABLE and MP_JOIN (RFC 8684 3.1, 3.2). */
import type { ArrivedSegment } from '../tcp/arrived-segment.ts';
import type { Connection } from '../tcp/connection.ts';
import type { Verdict } from '../tcp/multipath.ts';
import {
  capableFlag,
  joinHmacBytes,
  type MptcpOption,
  type MptcpOptionOf,
  mptcpVersion,
  resetReason,
} from '../wire/mptcp.ts';
import { tcpFlag } from '../wire/tcp.ts';
import type { MptcpConnection, Subflow } from './connection.ts';
import { addSubflow, createConnection } from './create-connection.ts';
import { fallBack } from './fallback.ts';
import { areEqual, factsOfKey, joinHmac } from './keys.ts';
import { type MptcpMachine, stir, stirPaths, tell } from './machine-state.ts';
import { acceptMapping } from './read-mapping.ts';
import { optionsOf } from './read-options.ts';
import { settleSegmentSize } from './segment-room.ts';

/** A SYN for a listener. 0: a plain connection; `refused`: a join that can't be (RFC 8684 3.2). */
export function synArrived(
  machine: MptcpMachine,
  listenerId: number,
  segment: ArrivedSegment,
  nowNs: number,
): number | 'refused' {
  for (const option of optionsOf(segment)) {
    if (option.kind === 'join-syn') return joinArrived(machine, segment, option);
    if (option.kind === 'capable')
      return capableArrived(machine, listenerId, segment, option, nowNs);
  }
  return 0;
}

function capableArrived(
  machine: MptcpMachine,
  listenerId: number,
  segment: ArrivedSegment,
  option: MptcpOptionOf<'capable'>,
  nowNs: number,
): number {
  const settings = machine.listening.get(listenerId);
  if (settings === undefined || !isAgreeable(option) || option.senderKey !== undefined) return 0;
  const ends = endsOf(segment);
  const owner = createConnection(machine, nowNs, { role: 'listener', settings, ...ends });
  owner.usesChecksum ||= (option.flags & capableFlag.checksumRequired) !== 0;
  return addSubflow(machine, owner, {
    ...ends,
    isFirst: true,
    interface: undefined,
    localAddressId: 0,
    remoteAddressId: 0,
    isBackup: false,
  }).number;
}

/** RFC 8684 3.1: another version, an extension or no HMAC that we know: plain TCP. */
function isAgreeable({ version, flags }: MptcpOptionOf<'capable'>): boolean {
  const isKnown = version === mptcpVersion && (flags & capableFlag.extensibility) === 0;
  return isKnown && (flags & capableFlag.hmacSha256) !== 0;
}

function joinArrived(
  machine: MptcpMachine,
  segment: ArrivedSegment,
  option: MptcpOptionOf<'join-syn'>,
): number | 'refused' {
  const owner = machine.byToken.get(option.token);
  if (owner === undefined || !mayBeJoined(owner)) return 'refused';
  const { remoteKey, localKey } = owner;
  const ends = endsOf(segment);
  const subflow = addSubflow(machine, owner, {
    ...ends,
    isFirst: false,
    interface: undefined,
    localAddressId: idOf(owner, ends.local.address),
    remoteAddressId: option.addressId,
    isBackup: option.isBackup,
  });
  subflow.remoteNonce = option.nonce;
  subflow.joinHmac = joinHmac([localKey, remoteKey!], [subflow.localNonce, option.nonce]);
  return subflow.number;
}

function mayBeJoined(owner: MptcpConnection): boolean {
  if (owner.state !== 'multipath' || owner.remoteKey === undefined) return false;
  return owner.subflows.length < owner.settings.mostSubflows;
}

function endsOf({ destination, destinationPort, source, sourcePort }: ArrivedSegment) {
  return {
    local: { address: destination, port: destinationPort },
    remote: { address: source, port: sourcePort },
  };
}

/** What our address is called to the other side; the first subflow's is 0 (RFC 8684 3.2). */
export function idOf({ addresses }: MptcpConnection, address: Subflow['local']['address']): number {
  const known = addresses.ids.indexOf(address);
  return known >= 0 ? known : addresses.ids.push(address) - 1;
}

/** The answer to our SYN. */
export function synAckArrived(
  machine: MptcpMachine,
  subflow: Subflow,
  segment: ArrivedSegment,
  nowNs: number,
): Verdict {
  const { owner } = subflow;
  if (!subflow.isFirst) return joinAnswered(subflow, segment, nowNs);
  const option = optionsOf(segment).find((one) => one.kind === 'capable');
  subflow.phase = 'open';
  if (option?.senderKey === undefined || !isAgreeable(option)) {
    fallBack(machine, subflow, 'not-answered');
  } else {
    learnKey(owner, option.senderKey);
    owner.usesChecksum ||= (option.flags & capableFlag.checksumRequired) !== 0;
    owner.isFirstAddressClosed = (option.flags & capableFlag.noJoinToThisAddress) !== 0;
    owner.state = 'multipath';
    settleSegmentSize(subflow);
  }
  owner.send.windowTo = Math.max(owner.send.windowTo, segment.window);
  stirPaths(machine, owner);
  tell(machine, owner);
  return 'goes-on';
}

function learnKey(owner: MptcpConnection, key: Uint8Array): void {
  owner.remoteKey = key;
  owner.remoteFacts = factsOfKey(key);
}

function joinAnswered(subflow: Subflow, segment: ArrivedSegment, nowNs: number): Verdict {
  const { owner } = subflow;
  const option = optionsOf(segment).find((one) => one.kind === 'join-syn-ack');
  const { remoteKey, localKey } = owner;
  if (option === undefined || remoteKey === undefined) return 'reset';
  const { localNonce } = subflow;
  const expected = joinHmac([remoteKey, localKey], [option.nonce, localNonce]);
  if (!areEqual(option.hmac, expected.slice(0, joinHmacBytes.synAck))) return 'reset';
  subflow.remoteNonce = option.nonce;
  subflow.joinHmac = joinHmac([localKey, remoteKey], [localNonce, option.nonce]);
  subflow.phase = 'unconfirmed';
  subflow.confirmAtNs = nowNs + (subflow.tcp?.rto.baseRtoNs ?? 0);
  if (option.isBackup) subflow.isBackup = true;
  settleSegmentSize(subflow);
  return 'goes-on';
}

/** The third ACK, or what comes before it, at who was asked. */
export function thirdAckArrived(
  machine: MptcpMachine,
  subflow: Subflow,
  tcp: Connection,
  segment: ArrivedSegment,
): Verdict {
  if ((segment.flags & (tcpFlag.syn | tcpFlag.rst)) !== 0) return 'goes-on';
  if (!subflow.isFirst) return thirdJoinArrived(machine, subflow, tcp, optionsOf(segment));
  const verdict = thirdCapableArrived(machine, subflow, tcp, optionsOf(segment));
  if (verdict === 'goes-on') {
    widenTo(subflow.owner, segment.window * 2 ** tcp.options.sendShift);
  }
  return verdict;
}

function thirdCapableArrived(
  machine: MptcpMachine,
  subflow: Subflow,
  tcp: Connection,
  options: readonly MptcpOption[],
): Verdict {
  const { owner } = subflow;
  const option = options.find((one) => one.kind === 'capable');
  const isOurs = option?.receiverKey !== undefined && areEqual(option.receiverKey, owner.localKey);
  // A DSS that overtook the ACK: the keys will come again (RFC 8684 3.1).
  if (option === undefined && options.length > 0) return 'dropped';
  subflow.phase = 'open';
  if (isOurs && option.senderKey !== undefined) {
    learnKey(owner, option.senderKey);
    owner.state = 'multipath';
    owner.isConfirmed = true;
    subflow.hasDss = true;
    settleSegmentSize(subflow);
    // Who asked may join once it has heard that we are.
    tcp.receive.isAckOwed = true;
    if (option.dataLength !== undefined) noteFirstMapping(machine, subflow, option);
  } else {
    fallBack(machine, subflow, 'no-keys');
  }
  stirPaths(machine, owner);
  tell(machine, owner);
  return 'goes-on';
}

function widenTo({ send }: MptcpConnection, windowBytes: number): void {
  send.windowTo = Math.max(send.windowTo, send.una + windowBytes);
}

/** RFC 8684 3.1: the first data of a connection has its mapping from MP_CAPABLE. */
export function noteFirstMapping(
  machine: MptcpMachine,
  subflow: Subflow,
  { dataLength, checksum }: MptcpOptionOf<'capable'>,
): void {
  if (dataLength === undefined || dataLength === 0) return;
  acceptMapping(machine, subflow, {
    subflowFrom: 1,
    dataFrom: 0,
    length: dataLength,
    checksum,
    isTriedElsewhere: false,
  });
}

function thirdJoinArrived(
  machine: MptcpMachine,
  subflow: Subflow,
  tcp: Connection,
  options: readonly MptcpOption[],
): Verdict {
  const option = options.find((one) => one.kind === 'join-ack');
  if (option === undefined) return 'dropped';
  const { owner } = subflow;
  const { remoteKey, localKey } = owner;
  const keys = [remoteKey!, localKey] as const;
  const expected = joinHmac(keys, [subflow.remoteNonce, subflow.localNonce]);
  if (remoteKey === undefined || !areEqual(option.hmac, expected.slice(0, joinHmacBytes.ack))) {
    subflow.resetReason = resetReason.mptcpError;
    return 'reset';
  }
  subflow.phase = 'open';
  subflow.hasDss = true;
  owner.counts.joins++;
  // The fourth packet: until it came, the other side may send no data here.
  tcp.receive.isAckOwed = true;
  settleSegmentSize(subflow);
  stir(machine, owner);
  return 'goes-on';
}
