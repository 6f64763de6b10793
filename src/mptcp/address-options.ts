/** ADD_ADDR, REMOVE_ADDR and MP_PRIO (RFC 8684 3.3.8, 3.4). */
import { isIpv4 } from '../base/address.ts';
import { never } from '../base/time.ts';
import { type MptcpOption, type MptcpOptionOf, resetReason } from '../wire/mptcp.ts';
import type { MptcpConnection, Subflow } from './connection.ts';
import { encode } from './encode.ts';
import { addressHmac, areEqual } from './keys.ts';
import { type MptcpMachine, stir, stirPaths } from './machine-state.ts';
import { tryElsewhere } from './reinject.ts';

/** An honest side has a few. */
const mostAnnounced = 8;

export function addressAnnounced(
  machine: MptcpMachine,
  subflow: Subflow,
  option: MptcpOptionOf<'add-address'>,
): void {
  const { owner } = subflow;
  const { addressId: id, address, port, hmac } = option;
  if (hmac === undefined) {
    echoed(owner, id);
    return;
  }
  const { remoteKey, localKey, addresses } = owner;
  if (remoteKey === undefined) return;
  if (!areEqual(hmac, addressHmac([remoteKey, localKey], id, address, port))) return;
  subflow.toSay.push(encode({ ...option, hmac: undefined }));
  subflow.isAckWanted = true;
  stirPaths(machine, owner);
  const known = addresses.announced.find((one) => one.id === id);
  if (known !== undefined) known.isGone = false;
  if (known !== undefined || addresses.announced.length >= mostAnnounced) return;
  const announced = { id, address, port: port ?? owner.opened.remote.port, isGone: false };
  addresses.announced.push(announced);
}

function echoed({ addresses, timers }: MptcpConnection, id: number): void {
  const index = addresses.unechoed.findIndex((one) => one.id === id);
  if (index >= 0) addresses.unechoed.splice(index, 1);
  if (addresses.unechoed.length === 0) timers.announceAtNs = never;
}

/** RFC 8684 3.4.2: the subflows that use them are gone; what they carried goes elsewhere. */
export function addressesRemoved(
  machine: MptcpMachine,
  owner: MptcpConnection,
  ids: readonly number[],
): void {
  const { announced } = owner.addresses;
  for (const id of ids) {
    const known = announced.find((one) => one.id === id);
    if (known !== undefined) known.isGone = true;
    for (const subflow of owner.subflows) {
      if (subflow.remoteAddressId !== id || subflow.phase === 'closed') continue;
      subflow.phase = 'closing';
      subflow.resetReason = resetReason.unspecified;
      tryElsewhere(subflow);
    }
  }
  stir(machine, owner);
}

/** RFC 8684 3.3.8: of the subflow that it came on. */
export function priorityChanged(machine: MptcpMachine, subflow: Subflow, isBackup: boolean): void {
  if (subflow.isBackup === isBackup) return;
  subflow.isBackup = isBackup;
  stir(machine, subflow.owner);
}

/** To the other side and here; of all subflows from that interface. */
export function changePriority(
  machine: MptcpMachine,
  owner: MptcpConnection,
  interfaceName: string,
  isBackup: boolean,
): void {
  for (const subflow of owner.subflows) {
    if (subflow.interface !== interfaceName || subflow.isBackup === isBackup) continue;
    subflow.isBackup = isBackup;
    say(subflow, { kind: 'priority', isBackup });
  }
  stir(machine, owner);
}

/** All of our addresses that the other side does not know, until it echoes them. */
export function announce(owner: MptcpConnection): void {
  const { remoteKey, localKey, addresses, subflows } = owner;
  const subflow = subflows.find(({ phase }) => phase === 'open');
  if (remoteKey === undefined || subflow === undefined) return;
  for (const { id, address } of addresses.unechoed) {
    const hmac = addressHmac([localKey, remoteKey], id, address, undefined);
    const option = { kind: 'add-address', addressId: id, address, port: undefined, hmac } as const;
    // Of IPv6 it fills all the room that timestamps leave.
    subflow.toSay.push(encode(option));
    if (!isIpv4(address)) break;
  }
  if (addresses.unechoed.length > 0) subflow.isAckWanted = true;
}

export function say(subflow: Subflow, option: MptcpOption): void {
  subflow.toSay.push(encode(option));
  subflow.isAckWanted = true;
}
