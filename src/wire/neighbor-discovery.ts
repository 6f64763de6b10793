/**
 * Neighbor Discovery over Ethernet (RFC 4861 4): the ICMPv6 types 133 to 136, spelled as the RFC does.
 *
 *   0        1        2                 4                                   8
 *   +--------+--------+-----------------+-----------------------------------+
 *   |  type  | code 0 |    checksum     | solicitations: 0                  |
 *   |        |        |                 | RA: hop limit, M O, lifetime      |
 *   |        |        |                 | NA: R S O                         |
 *   +--------+--------+-----------------+-----------------------------------+
 *   |  NS, NA: target (16 bytes). RA: reachable time, retransmit timer      |
 *   +--------+--------+-----------------------------------------------------+
 *   | option | len 1  | link-layer address (RS, NS, RA: source; NA: target) |
 *   +--------+--------+-----------------------------------------------------+
 *
 * Other options are skipped (RFC 4861 4.6). Hop limit 255 and the checksum are for the IP machine.
 */
import { formatIp, type Ipv6, isMulticast, readIpv6, writeIp } from '../base/address.ts';
import { readU16, readU32, readU48, writeU16, writeU32, writeU48 } from '../base/bytes.ts';
import { formatMac, type Mac } from '../base/mac.ts';
import { type Malformed, malformed } from './malformed.ts';

export const neighborDiscoveryOffset = {
  hopLimit: 4,
  flags: 4,
  routerFlags: 5,
  routerLifetime: 6,
  reachableTime: 8,
  retransmitTimer: 12,
  target: 8,
} as const;

export const neighborDiscoveryType = {
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighborSolicitation: 135,
  neighborAdvertisement: 136,
} as const;

/** Where options start, by type. */
const optionsAt = { 133: 8, 134: 16, 135: 24, 136: 24 } as const;
type MessageType = keyof typeof optionsAt;

const sourceLinkLayer = 1;
const targetLinkLayer = 2;
/** Options count their length in units of 8 bytes. */
const optionUnitBytes = 8;

const routerFlag = 0x80;
const solicitedFlag = 0x40;
const overrideFlag = 0x20;
const managedFlag = 0x80;
const otherFlag = 0x40;

export type NeighborDiscovery =
  | RouterSolicitation
  | RouterAdvertisement
  | NeighborSolicitation
  | NeighborAdvertisement;

export interface RouterSolicitation {
  readonly kind: 'router-solicitation';
  readonly sourceMac: Mac | undefined;
}

export interface RouterAdvertisement {
  readonly kind: 'router-advertisement';
  /** 0: says nothing about it. */
  readonly hopLimit: number;
  readonly managedAddresses: boolean;
  readonly otherConfiguration: boolean;
  /** 0: not a default router. */
  readonly routerLifetimeSeconds: number;
  readonly reachableTimeMs: number;
  readonly retransmitTimerMs: number;
  readonly sourceMac: Mac | undefined;
}

export interface NeighborSolicitation {
  readonly kind: 'neighbor-solicitation';
  readonly target: Ipv6;
  /** Absent when the source is the unspecified address: somebody probes for duplicates. */
  readonly sourceMac: Mac | undefined;
}

export interface NeighborAdvertisement {
  readonly kind: 'neighbor-advertisement';
  readonly router: boolean;
  readonly solicited: boolean;
  readonly override: boolean;
  readonly target: Ipv6;
  readonly targetMac: Mac | undefined;
}

export function isNeighborDiscovery(type: number): type is MessageType {
  return type >= 133 && type <= 136;
}

/** The ICMPv6 message in [at, end), of a type that `isNeighborDiscovery` knows. */
export function parseNeighborDiscovery(
  bytes: Uint8Array,
  at: number,
  end: number,
): NeighborDiscovery | Malformed {
  const type = bytes[at]!;
  if (!isNeighborDiscovery(type)) return malformed(`ND: type ${type}`);
  const reason = whyNotNeighborDiscovery(bytes, at, end, type);
  if (reason !== undefined) return malformed(`ND: ${reason}`);
  const wanted = type === neighborDiscoveryType.neighborAdvertisement;
  const mac = findMac(bytes, at + optionsAt[type], end, wanted ? targetLinkLayer : sourceLinkLayer);
  switch (type) {
    case 133:
      return { kind: 'router-solicitation', sourceMac: mac };
    case 134:
      return parseRouterAdvertisement(bytes, at, mac);
    case 135: {
      const target = readIpv6(bytes, at + neighborDiscoveryOffset.target);
      return { kind: 'neighbor-solicitation', target, sourceMac: mac };
    }
    case 136:
      return parseNeighborAdvertisement(bytes, at, mac);
  }
}

/** RFC 4861 6.1.1, 6.1.2, 7.1.1, 7.1.2, as far as the message alone can tell. */
function whyNotNeighborDiscovery(bytes: Uint8Array, at: number, end: number, type: MessageType) {
  const optionsFrom = at + optionsAt[type];
  if (end < optionsFrom) return `${end - at} of ${optionsAt[type]} bytes`;
  if (bytes[at + 1] !== 0) return `code ${bytes[at + 1]}`;
  const hasTarget = type >= neighborDiscoveryType.neighborSolicitation;
  if (hasTarget && isMulticast(readIpv6(bytes, at + neighborDiscoveryOffset.target))) {
    return 'target is a multicast address';
  }
  for (let option = optionsFrom; option < end; ) {
    const optionBytes = option + 1 < end ? bytes[option + 1]! * optionUnitBytes : 0;
    if (optionBytes === 0) return 'option of length zero';
    option += optionBytes;
    if (option > end) return 'option longer than the message';
  }
  return undefined;
}

/** Of two such options the first counts. The lengths were checked. */
function findMac(bytes: Uint8Array, from: number, end: number, wanted: number): Mac | undefined {
  for (let option = from; option < end; option += bytes[option + 1]! * optionUnitBytes) {
    const isEthernet = bytes[option + 1] === 1;
    if (bytes[option] === wanted && isEthernet) return readU48(bytes, option + 2) as Mac;
  }
  return undefined;
}

function parseRouterAdvertisement(
  bytes: Uint8Array,
  at: number,
  sourceMac: Mac | undefined,
): RouterAdvertisement {
  const flags = bytes[at + neighborDiscoveryOffset.routerFlags]!;
  return {
    kind: 'router-advertisement',
    hopLimit: bytes[at + neighborDiscoveryOffset.hopLimit]!,
    managedAddresses: (flags & managedFlag) !== 0,
    otherConfiguration: (flags & otherFlag) !== 0,
    routerLifetimeSeconds: readU16(bytes, at + neighborDiscoveryOffset.routerLifetime),
    reachableTimeMs: readU32(bytes, at + neighborDiscoveryOffset.reachableTime),
    retransmitTimerMs: readU32(bytes, at + neighborDiscoveryOffset.retransmitTimer),
    sourceMac,
  };
}

function parseNeighborAdvertisement(
  bytes: Uint8Array,
  at: number,
  targetMac: Mac | undefined,
): NeighborAdvertisement {
  const flags = bytes[at + neighborDiscoveryOffset.flags]!;
  return {
    kind: 'neighbor-advertisement',
    router: (flags & routerFlag) !== 0,
    solicited: (flags & solicitedFlag) !== 0,
    override: (flags & overrideFlag) !== 0,
    target: readIpv6(bytes, at + neighborDiscoveryOffset.target),
    targetMac,
  };
}

export function measureNeighborDiscovery(message: NeighborDiscovery): number {
  const mac = macOf(message);
  return optionsAt[typeOf(message)] + (mac === undefined ? 0 : optionUnitBytes);
}

function typeOf(message: NeighborDiscovery): MessageType {
  switch (message.kind) {
    case 'router-solicitation':
      return neighborDiscoveryType.routerSolicitation;
    case 'router-advertisement':
      return neighborDiscoveryType.routerAdvertisement;
    case 'neighbor-solicitation':
      return neighborDiscoveryType.neighborSolicitation;
    case 'neighbor-advertisement':
      return neighborDiscoveryType.neighborAdvertisement;
  }
}

function macOf(message: NeighborDiscovery): Mac | undefined {
  return message.kind === 'neighbor-advertisement' ? message.targetMac : message.sourceMac;
}

/** The whole ICMPv6 message with a checksum of zero. */
export function emitNeighborDiscovery(
  bytes: Uint8Array,
  at: number,
  message: NeighborDiscovery,
): number {
  const type = typeOf(message);
  const optionAt = at + optionsAt[type];
  bytes.fill(0, at, optionAt);
  bytes[at] = type;
  emitContent(bytes, at, message);
  const mac = macOf(message);
  if (mac === undefined) return optionAt;
  const isTarget = message.kind === 'neighbor-advertisement';
  bytes[optionAt] = isTarget ? targetLinkLayer : sourceLinkLayer;
  bytes[optionAt + 1] = 1;
  writeU48(bytes, optionAt + 2, mac);
  return optionAt + optionUnitBytes;
}

function emitContent(bytes: Uint8Array, at: number, message: NeighborDiscovery): void {
  switch (message.kind) {
    case 'router-solicitation':
      break;
    case 'router-advertisement':
      bytes[at + neighborDiscoveryOffset.hopLimit] = message.hopLimit;
      bytes[at + neighborDiscoveryOffset.routerFlags] =
        (message.managedAddresses ? managedFlag : 0) | (message.otherConfiguration ? otherFlag : 0);
      writeU16(bytes, at + neighborDiscoveryOffset.routerLifetime, message.routerLifetimeSeconds);
      writeU32(bytes, at + neighborDiscoveryOffset.reachableTime, message.reachableTimeMs);
      writeU32(bytes, at + neighborDiscoveryOffset.retransmitTimer, message.retransmitTimerMs);
      break;
    case 'neighbor-solicitation':
      writeIp(bytes, at + neighborDiscoveryOffset.target, message.target);
      break;
    case 'neighbor-advertisement':
      bytes[at + neighborDiscoveryOffset.flags] =
        (message.router ? routerFlag : 0) |
        (message.solicited ? solicitedFlag : 0) |
        (message.override ? overrideFlag : 0);
      writeIp(bytes, at + neighborDiscoveryOffset.target, message.target);
      break;
    default:
      message satisfies never;
  }
}

export function describeNeighborDiscovery(message: NeighborDiscovery): string {
  switch (message.kind) {
    case 'router-solicitation':
      return 'nd router-solicitation';
    case 'router-advertisement':
      return `nd router-advertisement for ${message.routerLifetimeSeconds} s`;
    case 'neighbor-solicitation':
      return `nd who has ${formatIp(message.target)}`;
    case 'neighbor-advertisement': {
      const mac = message.targetMac === undefined ? 'its sender' : formatMac(message.targetMac);
      return `nd ${formatIp(message.target)} is at ${mac}`;
    }
  }
}
