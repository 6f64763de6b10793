/**
 * The classic BPF program that lets through the frames of leased ports: unfragmented UDP and TCP over
 * IPv4, and over IPv6 without extension headers. All else takes no room in the ring.
 */
import type { Lease } from '../host/host.ts';
import type { FilterInstruction } from '../linux/socket.ts';
import { ethernetHeaderBytes, ethernetOffset, etherType } from '../wire/ethernet.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../wire/ipv6.ts';

/** linux/bpf_common.h: loads of a byte and a half word, IPv4's header length into X, jumps, the end. */
const code = {
  loadByte: 0x30,
  loadHalf: 0x28,
  loadHalfBehind: 0x48,
  loadHeaderLength: 0xb1,
  jumpEqual: 0x15,
  jumpAnyBit: 0x45,
  end: 0x06,
} as const;
const wholeFrame = 0xffff_ffff;
const laterFragment = 0x1fff;
const ip = ethernetHeaderBytes;
const destinationPortAt = 2;

/** An instruction whose jumps say how far to go as names; left out: on to the next. */
interface Step {
  readonly code: number;
  readonly operand: number;
  readonly label?: string;
  readonly whenTrue?: string;
  readonly whenFalse?: string;
}

export function leaseFilter(leases: readonly Lease[]): readonly FilterInstruction[] {
  return assemble([
    { code: code.loadHalf, operand: ethernetOffset.type },
    { code: code.jumpEqual, operand: etherType.ipv6, whenTrue: 'ipv6' },
    { code: code.jumpEqual, operand: etherType.ipv4, whenFalse: 'refuse' },
    { code: code.loadHalf, operand: ip + ipv4Offset.fragment },
    { code: code.jumpAnyBit, operand: laterFragment, whenTrue: 'refuse' },
    { code: code.loadHeaderLength, operand: ip },
    { code: code.loadByte, operand: ip + ipv4Offset.protocol },
    ...chooseProtocol('ipv4'),
    ...portsOf('ipv4', 'udp', leases),
    ...portsOf('ipv4', 'tcp', leases),
    { code: code.loadByte, operand: ip + ipv6Offset.nextHeader, label: 'ipv6' },
    ...chooseProtocol('ipv6'),
    ...portsOf('ipv6', 'udp', leases),
    ...portsOf('ipv6', 'tcp', leases),
    { code: code.end, operand: 0, label: 'refuse' },
    { code: code.end, operand: wholeFrame, label: 'accept' },
  ]);
}

function chooseProtocol(version: string): Step[] {
  return [
    { code: code.jumpEqual, operand: ipProtocol.udp, whenTrue: `${version} udp` },
    {
      code: code.jumpEqual,
      operand: ipProtocol.tcp,
      whenTrue: `${version} tcp`,
      whenFalse: 'refuse',
    },
  ];
}

/** Ends at the last port; without ports of this protocol at once. */
function portsOf(version: 'ipv4' | 'ipv6', protocol: string, leases: readonly Lease[]): Step[] {
  const load =
    version === 'ipv4'
      ? { code: code.loadHalfBehind, operand: ip + destinationPortAt }
      : { code: code.loadHalf, operand: ip + ipv6HeaderBytes + destinationPortAt };
  const ports = leases.filter((lease) => lease.protocol === protocol);
  return [
    { ...load, label: `${version} ${protocol}` },
    ...ports.map(({ port }) => ({ code: code.jumpEqual, operand: port, whenTrue: 'accept' })),
    { code: code.end, operand: 0 },
  ];
}

function assemble(steps: readonly Step[]): FilterInstruction[] {
  const distance = (from: number, label: string | undefined) =>
    label === undefined ? 0 : steps.findIndex((step) => step.label === label) - from - 1;
  return steps.map((step, index) => ({
    code: step.code,
    operand: step.operand,
    whenTrue: distance(index, step.whenTrue),
    whenFalse: distance(index, step.whenFalse),
  }));
}

/** Jumps reach 255 instructions, and a lease takes two of them. */
export const mostLeases = 100;
