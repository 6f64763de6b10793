/** Carrier: the quickest news of a path there is. */
import { familyOf } from '../base/address.ts';
import type { TcpSink } from '../tcp/sink.ts';
import { abortConnection } from '../tcp/user-calls.ts';
import { say } from './address-options.ts';
import type { MptcpConnection, Subflow } from './connection.ts';
import { isOpen } from './eligible.ts';
import { report } from './liveness.ts';
import { type MptcpMachine, stirPaths } from './machine-state.ts';
import { announceReturn, welcome } from './paths.ts';
import { tryElsewhere } from './reinject.ts';

/** An interface or its addresses changed: subflows without one move on, and the other side hears of it. */
export function interfacesChanged(machine: MptcpMachine, nowNs: number, sink: TcpSink): void {
  const up = machine.ground.interfaces().filter(({ isUp }) => isUp);
  const addresses = new Set(up.flatMap((one) => one.addresses));
  for (const owner of machine.standing) {
    const lost = owner.subflows.filter(({ local }) => !addresses.has(local.address));
    if (lost.length > 0) leave(machine, owner, lost, nowNs, sink);
    for (const address of addresses) announceReturn(owner, address, nowNs);
    for (const { name } of up) {
      if (!owner.subflows.some((one) => one.interface === name)) welcome(owner, name);
    }
    stirPaths(machine, owner);
  }
}

function leave(
  machine: MptcpMachine,
  owner: MptcpConnection,
  lost: readonly Subflow[],
  nowNs: number,
  sink: TcpSink,
): void {
  for (const subflow of lost) {
    subflow.health = 'down';
    tryElsewhere(subflow);
    report(machine, subflow);
  }
  // Fallen back, or not yet known over there, there is no other: TCP's own timers wait for the link.
  if (owner.state !== 'multipath' || !owner.isConfirmed) {
    for (const subflow of lost) subflow.health = 'good';
    return;
  }
  const heir = owner.subflows.find((one) => isOpen(one) && one.health === 'good');
  const ids = [...new Set(lost.map((one) => one.localAddressId))];
  if (heir !== undefined && familyOf(heir.local.address) > 0) {
    say(heir, { kind: 'remove-address', addressIds: ids });
    say(heir, { kind: 'remove-address', addressIds: ids });
  }
  for (const { tcp } of lost) {
    if (tcp !== undefined) abortConnection(machine.tcp, nowNs, tcp, sink);
  }
}
