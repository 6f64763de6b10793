/**
 * What a terminal and its proxy say to each other at the beginning of a stream; a format of ours. The first
 * half of the first byte is neither 4 nor 6: a stream that begins with an IP packet is another kind of tunnel.
 *
 *   0        1        2        3        4                 10                16                        36
 *   +--------+--------+--------+--------+-----------------+-----------------+------------------------+
 *   |  0x52  | 1      | 0    0 | nonce, 16 bytes                           (20)              hello   |
 *   |  0x52  | 2      | 0    0 | session         | nonce, 16 bytes (26) | MAC, 16 bytes (42)  welcome |
 *   |  0x52  | 3      | 0    0 | session         | counter         | endpoint (36) | MAC (52) request |
 *   |  0x52  | 4      | verdict | 0                                                           verdict |
 *   +--------+--------+--------+--------+-----------------+-----------------+------------------------+
 *
 *   endpoint: packed-endpoint.ts. A request's MAC covers all before it, a welcome's the hello and all before it.
 */
import { type Endpoint, formatEndpoint } from '../base/address.ts';
import { readU16, readU48, writeU48 } from '../base/bytes.ts';
import { type Malformed, malformed } from './malformed.ts';
import { packedEndpointBytes, readPackedEndpoint, writePackedEndpoint } from './packed-endpoint.ts';

const magic = 0x52;
export const tunnelMacBytes = 16;
export const tunnelNonceBytes = 16;
const kinds = [undefined, 'hello', 'welcome', 'request', 'verdict'] as const;

export const tunnelBytes = { hello: 20, welcome: 42, request: 52, verdict: 4 } as const;

export const verdicts = ['connected', 'refused', 'unreachable', 'timed-out', 'reset'] as const;
export type Verdict = (typeof verdicts)[number];

export type TunnelMessage =
  | { readonly kind: 'hello'; readonly nonce: Uint8Array }
  | {
      readonly kind: 'welcome';
      readonly session: number;
      readonly nonce: Uint8Array;
      readonly mac: Uint8Array;
    }
  | {
      readonly kind: 'request';
      readonly session: number;
      /** Used once in a session. */
      readonly counter: number;
      readonly destination: Endpoint;
      readonly mac: Uint8Array;
    }
  | { readonly kind: 'verdict'; readonly verdict: Verdict };

const offset = { session: 4, counter: 10, destination: 16, welcomeNonce: 10 } as const;

/** Undefined: what stands there is no message of this format, or more of it is to come. */
export function tunnelKindAt(bytes: Uint8Array, at: number): TunnelMessage['kind'] | undefined {
  return bytes[at] === magic ? kinds[bytes[at + 1]!] : undefined;
}

export function parseTunnel(bytes: Uint8Array, at: number, end: number): TunnelMessage | Malformed {
  const kind = end - at >= tunnelBytes.verdict ? tunnelKindAt(bytes, at) : undefined;
  if (kind === undefined) return malformed('tunnel: no such message');
  if (end - at !== tunnelBytes[kind]) {
    return malformed(`tunnel: ${kind} of ${end - at} bytes, not ${tunnelBytes[kind]}`);
  }
  return parsers[kind](bytes, at) ?? malformed(`tunnel: ${kind} with a value that is none`);
}

type Parse = (bytes: Uint8Array, at: number) => TunnelMessage | undefined;

const parsers: Readonly<Record<TunnelMessage['kind'], Parse>> = {
  hello: (bytes, at) =>
    isClear(bytes, at) ? { kind: 'hello', nonce: bytes.slice(at + 4, at + 20) } : undefined,
  welcome: (bytes, at) => {
    const session = readU48(bytes, at + offset.session);
    const nonce = bytes.slice(at + 10, at + 26);
    const welcome = {
      kind: 'welcome',
      session,
      nonce,
      mac: bytes.slice(at + 26, at + 42),
    } as const;
    return isClear(bytes, at) ? welcome : undefined;
  },
  request: (bytes, at) => {
    const session = readU48(bytes, at + offset.session);
    const counter = readU48(bytes, at + offset.counter);
    const destination = readPackedEndpoint(bytes, at + offset.destination);
    if (destination === undefined || !isClear(bytes, at)) return undefined;
    return { kind: 'request', session, counter, destination, mac: bytes.slice(at + 36, at + 52) };
  },
  verdict: (bytes, at) => {
    const verdict = verdicts[bytes[at + 2]!];
    return verdict === undefined || bytes[at + 3] !== 0 ? undefined : { kind: 'verdict', verdict };
  },
};

function isClear(bytes: Uint8Array, at: number): boolean {
  return readU16(bytes, at + 2) === 0;
}

export function emitTunnel(bytes: Uint8Array, at: number, message: TunnelMessage): number {
  const end = at + tunnelBytes[message.kind];
  bytes.fill(0, at, end);
  bytes[at] = magic;
  bytes[at + 1] = kinds.indexOf(message.kind);
  switch (message.kind) {
    case 'hello':
      bytes.set(message.nonce, at + 4);
      break;
    case 'welcome':
      writeU48(bytes, at + offset.session, message.session);
      bytes.set(message.nonce, at + offset.welcomeNonce);
      bytes.set(message.mac, end - tunnelMacBytes);
      break;
    case 'request':
      writeU48(bytes, at + offset.session, message.session);
      writeU48(bytes, at + offset.counter, message.counter);
      writePackedEndpoint(bytes, at + offset.destination, message.destination, 0);
      bytes.set(message.mac, at + offset.destination + packedEndpointBytes);
      break;
    case 'verdict':
      bytes[at + 2] = verdicts.indexOf(message.verdict);
      break;
    default:
      message satisfies never;
  }
  return end;
}

export function describeTunnel(message: TunnelMessage): string {
  switch (message.kind) {
    case 'hello':
      return 'tunnel: hello';
    case 'welcome':
      return `tunnel: welcome to session ${message.session}`;
    case 'request': {
      const { destination, session, counter } = message;
      return `tunnel: to ${formatEndpoint(destination)}, ${counter} of session ${session}`;
    }
    case 'verdict':
      return `tunnel: ${message.verdict}`;
  }
}
