/**
 * The path manager: which addresses make subflows. Who opened the connection joins once from each of its
 * interfaces that has a way, and again when a subflow failed or a link came back; who was asked tells its
 * other addresses (RFC 8684 3.4).
 */
import { familyOf, type Ip } from '../base/address.ts';
import { never, nsPerMs, nsPerSecond } from '../base/time.ts';
import { openConnection } from '../tcp/open.ts';
import type { TcpSink } from '../tcp/sink.ts';
import { abortConnection } from '../tcp/user-calls.ts';
import { announce } from './address-options.ts';
import type { MptcpConnection, Subflow } from './connection.ts';
import { addSubflow } from './create-connection.ts';
import { isOpen } from './eligible.ts';
import { idOf } from './handshake.ts';
import type { LocalInterface, MptcpMachine } from './machine-state.ts';
import { subflowSettings } from './subflow-settings.ts';

/** Linux's add_addr_timeout is 120 s; its loss would cost that long. */
const announceAgainNs = nsPerSecond;
const mostAnnounceRepeats = 8;
const joinTimeoutNs = 4 * nsPerSecond;
const firstRetryNs = 250 * nsPerMs;
const mostRetryNs = 4 * nsPerSecond;

/** After anything that may have made a path possible. */
export function managePaths(
  machine: MptcpMachine,
  owner: MptcpConnection,
  nowNs: number,
  sink: TcpSink,
): void {
  owner.timers.pathsAtNs = never;
  if (owner.state !== 'multipath' || owner.ending !== undefined || isOver(owner)) return;
  if (owner.role === 'listener') return;
  // Without a subflow there is nothing to be told by: the other side knows our key, or it refuses.
  if (!owner.isConfirmed && owner.subflows.length > 0) return;
  for (const candidate of machine.ground.interfaces()) {
    leaveDetours(machine, owner, candidate, nowNs, sink);
    if (mayJoinFrom(owner, candidate, nowNs)) join(machine, owner, candidate, nowNs, sink);
  }
}

/**
 * A subflow that went to an address beyond the neighbour's, before the neighbour's own was announced: it would end
 * with the link that the address belongs to.
 */
function leaveDetours(
  machine: MptcpMachine,
  owner: MptcpConnection,
  candidate: LocalInterface,
  nowNs: number,
  sink: TcpSink,
): void {
  const { ground } = machine;
  for (const subflow of [...owner.subflows]) {
    const { isFirst, remote, tcp, phase } = subflow;
    if (isFirst || subflow.interface !== candidate.name || tcp === undefined) continue;
    if (ground.isOnLink(remote.address, candidate.name)) continue;
    const way = findWay(machine, owner, candidate);
    if (way === undefined || !ground.isOnLink(way.remote, candidate.name)) continue;
    if (phase === 'open' && !hasOther(owner, subflow)) continue;
    welcome(owner, candidate.name);
    abortConnection(machine.tcp, nowNs, tcp, sink);
  }
}

function hasOther({ subflows }: MptcpConnection, subflow: Subflow): boolean {
  return subflows.some((one) => one !== subflow && isOpen(one) && one.health === 'good');
}

function isOver({ send, receive }: MptcpConnection): boolean {
  return receive.isEnded && send.finAt !== undefined && send.una > send.finAt;
}

function mayJoinFrom(
  owner: MptcpConnection,
  { name, isUp }: LocalInterface,
  nowNs: number,
): boolean {
  const { interfaces, mostSubflows } = owner.settings;
  if (!isUp || (interfaces !== undefined && !interfaces.includes(name))) return false;
  if (owner.subflows.length >= mostSubflows) return false;
  const isUsed = owner.subflows.some((one) => one.interface === name && one.phase !== 'closed');
  if (isUsed) return false;
  const heldNs = owner.addresses.joinAtNs.get(name)?.atNs ?? 0;
  if (heldNs <= nowNs) return true;
  owner.timers.pathsAtNs = Math.min(owner.timers.pathsAtNs, heldNs);
  return false;
}

interface Way {
  readonly local: Ip;
  readonly remote: Ip;
  readonly remotePort: number;
  readonly remoteId: number;
}

function join(
  machine: MptcpMachine,
  owner: MptcpConnection,
  candidate: LocalInterface,
  nowNs: number,
  sink: TcpSink,
): void {
  const way = findWay(machine, owner, candidate);
  if (way === undefined) return;
  const port = machine.ground.takePort(way.local, candidate.name);
  if (port === undefined) return;
  const local = { address: way.local, port };
  const remote = { address: way.remote, port: way.remotePort };
  const subflow = addSubflow(machine, owner, {
    isFirst: false,
    local,
    remote,
    interface: candidate.name,
    localAddressId: idOf(owner, way.local),
    remoteAddressId: way.remoteId,
    isBackup: owner.settings.backups.includes(candidate.name),
  });
  holdBack(owner, candidate.name, nowNs);
  // A way that is silent is tried again soon, with a SYN that waits for none before it.
  const settings = { ...subflowSettings(owner.settings), openTimeoutNs: joinTimeoutNs };
  const options = { local, remote, settings, multipath: subflow.number };
  const tcp = openConnection(machine.tcp, nowNs, options, sink);
  if (tcp === 'in-use') subflow.phase = 'closed';
  else subflow.tcp = tcp;
}

/** The next try from there waits, in case this one fails; longer each time. */
function holdBack({ addresses }: MptcpConnection, name: string, nowNs: number): void {
  const failures = (addresses.joinAtNs.get(name)?.failures ?? 0) + 1;
  const waitNs = Math.min(firstRetryNs * 2 ** (failures - 1), mostRetryNs);
  addresses.joinAtNs.set(name, { atNs: nowNs + waitNs, failures });
}

/** A join from there worked, or its link is new: the next failure is the first. */
export function welcome({ addresses }: MptcpConnection, name: string | undefined): void {
  if (name !== undefined) addresses.joinAtNs.delete(name);
}

/** A neighbour before others; then what was announced and is not used yet; then where it all began. */
function findWay(
  machine: MptcpMachine,
  owner: MptcpConnection,
  { name }: LocalInterface,
): Way | undefined {
  const { ground } = machine;
  const { remote } = owner.opened;
  const used = owner.subflows.map((one) => one.remoteAddressId);
  const first = { id: 0, address: remote.address, port: remote.port, isGone: false };
  const all = owner.isFirstAddressClosed
    ? owner.addresses.announced
    : [first, ...owner.addresses.announced];
  let best: Way | undefined;
  let bestRank = 4;
  for (const { id, address, port, isGone } of all) {
    if (isGone && owner.subflows.length > 0) continue;
    const local = ground.sourceFor(address, name);
    if (local === undefined || familyOf(local) !== familyOf(address)) continue;
    if (!isOfInterface(machine, name, local)) continue;
    const rank = ground.isOnLink(address, name) ? 0 : used.includes(id) ? (id === 0 ? 2 : 3) : 1;
    if (rank >= bestRank) continue;
    bestRank = rank;
    best = { local, remote: address, remotePort: port, remoteId: id };
  }
  return best;
}

function isOfInterface({ ground }: MptcpMachine, name: string, address: Ip): boolean {
  const found = ground.interfaces().find((one) => one.name === name);
  return found?.addresses.includes(address) === true;
}

/** What the other side can't know: addresses of ours beside the one that it came to. */
export function announceAddresses(
  machine: MptcpMachine,
  owner: MptcpConnection,
  nowNs: number,
): void {
  if (owner.role !== 'listener' || owner.state !== 'multipath') return;
  const { addresses, opened, timers } = owner;
  if (addresses.ids.length > 1 || timers.announceAtNs !== never) return;
  const family = familyOf(opened.local.address);
  for (const { isUp, addresses: own } of machine.ground.interfaces()) {
    if (!isUp) continue;
    const address = own.find((one) => familyOf(one) === family);
    if (address === undefined || addresses.ids.includes(address)) continue;
    addresses.unechoed.push({ id: idOf(owner, address), address });
  }
  if (addresses.unechoed.length === 0) return;
  announce(owner);
  timers.announceAtNs = nowNs + announceAgainNs;
}

/** A link of ours is back, from which the other side was told to stay away. */
export function announceReturn(owner: MptcpConnection, address: Ip, nowNs: number): void {
  const { addresses, subflows, timers } = owner;
  const id = addresses.ids.indexOf(address);
  const isUsed = subflows.some(({ local }) => local.address === address);
  if (owner.role !== 'listener' || id <= 0 || isUsed) return;
  if (!addresses.unechoed.some((one) => one.id === id)) addresses.unechoed.push({ id, address });
  announce(owner);
  timers.announceAtNs = nowNs + announceAgainNs;
}

export function announceAgain(owner: MptcpConnection, nowNs: number): void {
  const { addresses, timers, counts } = owner;
  timers.announceAtNs = never;
  if (addresses.unechoed.length === 0 || counts.announceRepeats >= mostAnnounceRepeats) return;
  counts.announceRepeats++;
  announce(owner);
  timers.announceAtNs = nowNs + announceAgainNs;
}
