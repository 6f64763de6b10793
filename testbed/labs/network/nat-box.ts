/** The NAT model on a simulated node: its sides and outer addresses as the plan has them. */
import { isIpv4 } from '../../../src/base/address.ts';
import type { Random } from '../../../src/base/random.ts';
import type { RecordSink } from '../../../src/trace/record.ts';
import { createNat, type Nat } from '../../models/nat.ts';
import type { PlannedNat, PlannedNode } from '../../plan/plan.ts';

export type NatBox = Nat;

export function createNatBox(
  node: PlannedNode,
  nat: PlannedNat,
  random: Random,
  sink: RecordSink,
  bootNs: number,
): NatBox {
  const sides = node.interfaces.map((one) => nat.inside.includes(one.name));
  const outside = node.interfaces.filter((one) => nat.outside.includes(one.name));
  return createNat({
    settings: nat.settings,
    isInside: (interfaceIndex) => sides[interfaceIndex] === true,
    outsideAddresses: outside.flatMap((one) =>
      one.addresses.map((prefix) => prefix.address).filter(isIpv4),
    ),
    random,
    sink,
    bootNs,
  });
}
