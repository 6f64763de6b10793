/**
 * The box as a server of PCP (RFC 6887) and of NAT-PMP (RFC 6886): what it answers to an inner host that
 * asks for a port. Options are refused: it knows none.
 */
import type { Ipv4 } from '../../src/base/address.ts';
import { hexOf, writeU32 } from '../../src/base/bytes.ts';
import { nsPerSecond } from '../../src/base/time.ts';
import { ipProtocol } from '../../src/wire/ip-protocol.ts';
import { isMalformed } from '../../src/wire/malformed.ts';
import {
  emitNatPmp,
  measureNatPmp,
  type NatPmpMessage,
  natPmpResult,
  parseNatPmp,
} from '../../src/wire/nat-pmp.ts';
import {
  emitPcp,
  measurePcp,
  mostPcpBytes,
  type PcpMessage,
  type PcpResult,
  parsePcp,
  pcpHeaderBytes,
  pcpMapBytes,
  pcpOffset,
  pcpOpcode,
  pcpResults,
  pcpVersion,
} from '../../src/wire/pcp.ts';
import type { NatState } from './nat-directions.ts';
import { endLease, type LeaseRefusal, type LeaseWish, leasePort } from './nat-lease.ts';
import type { Mapping } from './nat-session.ts';
import { chooseAddress } from './nat-translation.ts';

/** RFC 6887 15: what a box may make of the time that is asked for. */
const lease = { leastSeconds: 120, mostSeconds: 86_400 } as const;
/** RFC 6887 8.3 leaves it to the box how long an error is worth asking about again. */
const errorSeconds = 30;
/** The nonce of those who ask by NAT-PMP, which has none. */
const noNonce = 'nat-pmp';

/** Undefined: nothing is answered (RFC 6887 8.3: what is an answer, or too short to be asked). */
export function answerPortMapping(
  nat: NatState,
  nowNs: number,
  from: Ipv4,
  bytes: Uint8Array,
): Uint8Array | undefined {
  const { portMapping } = nat.table.settings;
  if (portMapping === undefined || bytes.length < 2 || bytes[1]! >= 128) return undefined;
  if (bytes[0] === 0) return answerNatPmp(nat, nowNs, from, bytes);
  if (portMapping === 'pcp') return answerPcp(nat, nowNs, from, bytes);
  // RFC 6886 3.5.
  return natPmpBytes({
    ...{ kind: 'refusal', opcode: bytes[1]!, result: natPmpResult.unsupportedVersion },
    epochSeconds: epochOf(nat, nowNs),
  });
}

function epochOf({ bootNs }: NatState, nowNs: number): number {
  return Math.floor((nowNs - bootNs) / nsPerSecond);
}

function answerPcp(
  nat: NatState,
  nowNs: number,
  from: Ipv4,
  bytes: Uint8Array,
): Uint8Array | undefined {
  if (bytes.length < pcpHeaderBytes) return undefined;
  const refuse = (result: PcpResult) => refusePcp(nat, nowNs, bytes, result);
  if (bytes[0] !== pcpVersion) return refuse('unsupported-version');
  if (bytes.length > mostPcpBytes || bytes.length % 4 !== 0) return refuse('malformed-request');
  if (bytes[pcpOffset.opcode] !== pcpOpcode.map) return refuse('unsupported-opcode');
  const asked = parsePcp(bytes, 0, bytes.length);
  if (isMalformed(asked) || asked.kind !== 'map-request') return refuse('malformed-request');
  if (asked.client !== from) return refuse('address-mismatch');
  if (isBeyondUs(asked)) return refuse('unsupported-option');
  if (!isMappable(asked)) return refuse('unsupported-protocol');
  const wish = wishOf(nowNs, from, asked.protocol, asked, hexOf(asked.nonce));
  const granted = grant(nat, nowNs, wish, asked.lifetimeSeconds);
  if (typeof granted === 'string') return refuse(granted);
  return pcpBytes({
    ...asked,
    ...{ kind: 'map-response', result: 'success', epochSeconds: epochOf(nat, nowNs) },
    lifetimeSeconds: secondsLeft(granted, nowNs),
    externalPort: granted?.externalPort ?? asked.externalPort,
    externalAddress: granted?.external ?? asked.externalAddress,
    options: new Uint8Array(0),
  });
}

/** RFC 6887 7.3: an option below 128 must be understood. */
function isBeyondUs({ options }: PcpMessage): boolean {
  return options.length > 0 && options[0]! < 128;
}

/** RFC 6887 11.1: 0 stands for all protocols and all ports, which one address for many can't give. */
function isMappable({ protocol, internalPort }: PcpMessage): boolean {
  return (protocol === ipProtocol.udp || protocol === ipProtocol.tcp) && internalPort !== 0;
}

/** RFC 6887 8.3: the request as it came, as far as it may be long, with the result in its header. */
function refusePcp(nat: NatState, nowNs: number, asked: Uint8Array, result: PcpResult): Uint8Array {
  const wholeBytes = Math.min(asked.length - (asked.length % 4), mostPcpBytes);
  const bytes = new Uint8Array(Math.max(wholeBytes, pcpHeaderBytes));
  bytes.set(asked.subarray(0, wholeBytes));
  bytes.fill(0, pcpOffset.result, pcpHeaderBytes);
  bytes[0] = pcpVersion;
  bytes[pcpOffset.opcode]! |= 0x80;
  bytes[pcpOffset.result] = pcpResults.indexOf(result);
  writeU32(bytes, pcpOffset.lifetime, errorSeconds);
  writeU32(bytes, pcpOffset.epoch, epochOf(nat, nowNs));
  nat.table.sink.record('nat.refused', { protocol: 'pcp', result });
  return bytes;
}

function pcpBytes(message: PcpMessage): Uint8Array {
  const bytes = new Uint8Array(Math.max(measurePcp(message), pcpMapBytes));
  emitPcp(bytes, 0, message);
  return bytes;
}

function answerNatPmp(
  nat: NatState,
  nowNs: number,
  from: Ipv4,
  bytes: Uint8Array,
): Uint8Array | undefined {
  const asked = parseNatPmp(bytes, 0, bytes.length);
  const epochSeconds = epochOf(nat, nowNs);
  if (isMalformed(asked)) {
    const { unsupportedOpcode: result } = natPmpResult;
    return natPmpBytes({ kind: 'refusal', opcode: bytes[1]!, result, epochSeconds });
  }
  if (asked.kind === 'address-request') {
    const address = chooseAddress(from, nat.outsideAddresses) ?? (0 as Ipv4);
    return natPmpBytes({ kind: 'address-response', result: 0, epochSeconds, address });
  }
  if (asked.kind !== 'map-request') return undefined;
  const wish = wishOf(nowNs, from, ipProtocol[asked.transport], asked, noNonce);
  const granted = grant(nat, nowNs, wish, asked.lifetimeSeconds);
  const isRefused = typeof granted === 'string';
  return natPmpBytes({
    ...asked,
    ...{ kind: 'map-response', epochSeconds, result: isRefused ? resultOf(granted) : 0 },
    externalPort: isRefused ? 0 : (granted?.externalPort ?? 0),
    lifetimeSeconds: isRefused ? 0 : secondsLeft(granted, nowNs),
  });
}

function resultOf(refusal: LeaseRefusal): number {
  return refusal === 'no-resources' ? natPmpResult.outOfResources : natPmpResult.notAuthorized;
}

function natPmpBytes(message: NatPmpMessage): Uint8Array {
  const bytes = new Uint8Array(measureNatPmp(message));
  emitNatPmp(bytes, 0, message);
  return bytes;
}

function wishOf(
  nowNs: number,
  internal: Ipv4,
  protocol: number,
  asked: { internalPort: number; externalPort: number; lifetimeSeconds: number },
  nonce: string,
): LeaseWish {
  const { leastSeconds, mostSeconds } = lease;
  const seconds = Math.min(mostSeconds, Math.max(leastSeconds, asked.lifetimeSeconds));
  return {
    ...{ protocol, internal, nonce, internalPort: asked.internalPort },
    ...{ suggestedPort: asked.externalPort, untilNs: nowNs + seconds * nsPerSecond },
  };
}

/** Undefined: given back, as was asked. */
function grant(
  { table, outsideAddresses }: NatState,
  nowNs: number,
  wish: LeaseWish,
  lifetimeSeconds: number,
): Mapping | LeaseRefusal | undefined {
  if (lifetimeSeconds === 0) return endLease(table, nowNs, wish) ? undefined : 'not-authorized';
  const external = chooseAddress(wish.internal, outsideAddresses);
  return external === undefined ? 'no-resources' : leasePort(table, nowNs, wish, external);
}

function secondsLeft(granted: Mapping | undefined, nowNs: number): number {
  return granted === undefined ? 0 : Math.round((granted.leaseUntilNs - nowNs) / nsPerSecond);
}
