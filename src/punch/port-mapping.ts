/**
 * Asks the box before us for a port, by PCP (RFC 6887) and, where it knows only that, by NAT-PMP
 * (RFC 6886). A port that is ours is a candidate that anybody may come to: nothing has to be punched here.
 */
import type { Endpoint, Ip, Ipv4 } from '../base/address.ts';
import { never, nsPerMs, nsPerSecond } from '../base/time.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { isMalformed } from '../wire/malformed.ts';
import { emitNatPmp, measureNatPmp, type NatPmpMessage, parseNatPmp } from '../wire/nat-pmp.ts';
import { emitPcp, type PcpMessage, parsePcp, pcpMapBytes, portMappingPort } from '../wire/pcp.ts';
import { isSameBytes } from './same-bytes.ts';

export interface PortMapping {
  readonly box: Endpoint;
  /** What is mapped. */
  readonly internal: Endpoint;
  readonly nonce: Uint8Array;
  protocol: 'pcp' | 'nat-pmp';
  /** By NAT-PMP it is told in an answer of its own. */
  externalAddress: Ip | undefined;
  externalPort: number;
  external: Endpoint | undefined;
  untilNs: number;
  tries: number;
  nextNs: number;
}

const wantedSeconds = 7_200;
/** RFC 6886 3.1: 250 ms, doubled nine times; who is silent for two minutes is asked no more. */
const firstPauseNs = 250 * nsPerMs;
const mostTries = 9;

export function createPortMapping(gateway: Ip, internal: Endpoint, nonce: Uint8Array): PortMapping {
  return {
    ...{ box: { address: gateway, port: portMappingPort }, internal, nonce, protocol: 'pcp' },
    ...{ externalAddress: undefined, externalPort: 0, external: undefined, untilNs: 0 },
    ...{ tries: 0, nextNs: 0 },
  };
}

type Transmit = (to: Endpoint, bytes: Uint8Array) => void;

export function advancePortMapping(mapping: PortMapping, nowNs: number, transmit: Transmit): void {
  if (mapping.external !== undefined && nowNs >= mapping.untilNs) mapping.external = undefined;
  if (nowNs < mapping.nextNs) return;
  for (const bytes of questionsOf(mapping)) transmit(mapping.box, bytes);
  mapping.nextNs = mapping.tries < mostTries ? nowNs + firstPauseNs * 2 ** mapping.tries : never;
  mapping.tries += 1;
}

function questionsOf(mapping: PortMapping): Uint8Array[] {
  const { internal, nonce, externalPort, protocol } = mapping;
  const asked = { internalPort: internal.port, externalPort, lifetimeSeconds: wantedSeconds };
  if (protocol === 'pcp') {
    return [
      pcpBytes({
        ...{ kind: 'map-request', protocol: ipProtocol.udp, client: internal.address, nonce },
        ...{ ...asked, externalAddress: 0 as Ipv4, options: new Uint8Array(0) },
      }),
    ];
  }
  const address: NatPmpMessage = { kind: 'address-request' };
  return [address, { kind: 'map-request' as const, transport: 'udp' as const, ...asked }].map(
    natPmpBytes,
  );
}

function pcpBytes(message: PcpMessage): Uint8Array {
  const bytes = new Uint8Array(pcpMapBytes);
  emitPcp(bytes, 0, message);
  return bytes;
}

function natPmpBytes(message: NatPmpMessage): Uint8Array {
  const bytes = new Uint8Array(measureNatPmp(message));
  emitNatPmp(bytes, 0, message);
  return bytes;
}

/** Whether we have another external endpoint now than before. */
export function takeMappingAnswer(mapping: PortMapping, nowNs: number, bytes: Uint8Array): boolean {
  const before = mapping.external;
  if (bytes[0] === 0) takeNatPmp(mapping, nowNs, bytes);
  else if (mapping.protocol === 'pcp') takePcp(mapping, nowNs, bytes);
  const { external } = mapping;
  if (external === undefined || before === undefined) return external !== before;
  return external.address !== before.address || external.port !== before.port;
}

function takePcp(mapping: PortMapping, nowNs: number, bytes: Uint8Array): void {
  const answer = parsePcp(bytes, 0, bytes.length);
  if (isMalformed(answer) || answer.kind !== 'map-response') return;
  if (!isSameBytes(answer.nonce, mapping.nonce)) return;
  if (answer.internalPort !== mapping.internal.port) return;
  // RFC 6887 8.5: what was refused is asked again when the box says so.
  if (answer.result !== 'success') {
    mapping.nextNs = nowNs + answer.lifetimeSeconds * nsPerSecond;
    return;
  }
  mapping.externalAddress = answer.externalAddress;
  mapping.externalPort = answer.externalPort;
  settle(mapping, nowNs, answer.lifetimeSeconds);
}

function takeNatPmp(mapping: PortMapping, nowNs: number, bytes: Uint8Array): void {
  const answer = parseNatPmp(bytes, 0, bytes.length);
  if (isMalformed(answer)) return;
  switch (answer.kind) {
    case 'refusal':
      // RFC 6887 9: it knows the older protocol only.
      if (answer.result !== 1 || mapping.protocol === 'nat-pmp') return;
      mapping.protocol = 'nat-pmp';
      mapping.tries = 0;
      mapping.nextNs = nowNs;
      return;
    case 'address-response':
      if (mapping.protocol !== 'nat-pmp' || answer.result !== 0) return;
      mapping.externalAddress = answer.address;
      break;
    case 'map-response':
      if (mapping.protocol !== 'nat-pmp' || answer.result !== 0) return;
      if (answer.internalPort !== mapping.internal.port || answer.transport !== 'udp') return;
      mapping.externalPort = answer.externalPort;
      mapping.untilNs = nowNs + answer.lifetimeSeconds * nsPerSecond;
      break;
    case 'address-request':
    case 'map-request':
      return;
  }
  const leftSeconds = Math.max(0, (mapping.untilNs - nowNs) / nsPerSecond);
  if (mapping.externalPort !== 0 && mapping.externalAddress) settle(mapping, nowNs, leftSeconds);
}

/** RFC 6887 11.2.1: renewed when half of the time is over. */
function settle(mapping: PortMapping, nowNs: number, lifetimeSeconds: number): void {
  const lifetimeNs = lifetimeSeconds * nsPerSecond;
  mapping.untilNs = nowNs + lifetimeNs;
  mapping.nextNs = nowNs + lifetimeNs / 2;
  mapping.tries = 0;
  const { externalAddress: address, externalPort: port } = mapping;
  mapping.external =
    lifetimeNs > 0 && address !== undefined && port !== 0 ? { address, port } : undefined;
}

/** The relay sees us elsewhere: the box may have forgotten us, so it is asked anew. */
export function askAgain(mapping: PortMapping, nowNs: number): void {
  mapping.tries = 0;
  mapping.nextNs = nowNs;
}
