/**
 * What the interface daemon of a node and the processes on it say to each other, over a Unix socket that
 * keeps messages apart. A question is answered, in the order of asking; a notice is not. Either may have
 * bytes behind it: a payload, a packet.
 */
import type { Endpoint, Ip } from '../../base/address.ts';
import { readU32, writeU32 } from '../../base/bytes.ts';
import type { Mac } from '../../base/mac.ts';
import type { Prefix } from '../../base/prefix.ts';
import type { InterfaceInfo, PathError } from '../../host/host.ts';
import type { DaemonOrder } from '../interface-daemon/order.ts';

/** The abstract name that the daemon listens under, in the namespace of its node. */
export const daemonName = 'ropewalk-interface-daemon';

export type Question =
  | { readonly kind: 'enter' }
  | ({ readonly kind: 'lease' } & LeaseWish)
  | ({ readonly kind: 'add-interface' } & VirtualWish);

export interface LeaseWish {
  readonly protocol: 'udp' | 'tcp';
  /** 0: any that is free. */
  readonly port: number;
  readonly family: 4 | 6;
  /** Left out: all of the node. */
  readonly address?: Ip | undefined;
  readonly interface?: string | undefined;
  /** Datagrams that come in pieces are handed on whole; frames are not. */
  readonly takes: 'datagrams' | 'frames';
}

export interface VirtualWish {
  readonly name: string;
  readonly addresses: readonly Prefix[];
  readonly mtuBytes: number;
  readonly routes: readonly Prefix[];
}

export type Answer =
  | { readonly kind: 'entered'; readonly standing: NodeStanding }
  | { readonly kind: 'leased'; readonly lease: number; readonly local: Endpoint }
  | { readonly kind: 'added'; readonly added: AddedInterface }
  | { readonly kind: 'refused'; readonly code: LeaseRefusal };

export type LeaseRefusal =
  | 'address-in-use'
  | 'not-our-address'
  | 'no-free-port'
  | 'no-such-interface'
  | 'interface-exists'
  | 'too-many-leases';

/** The node as it is when somebody enters. */
export interface NodeStanding {
  readonly order: Omit<DaemonOrder, 'start' | 'applications'>;
  /** Of the order's interfaces, in its order. */
  readonly interfaces: readonly InterfaceInfo[];
  readonly virtual: readonly AddedInterface[];
}

export interface AddedInterface extends VirtualWish {
  readonly index: number;
}

/** From a process. */
export type ProcessNotice =
  | { readonly kind: 'release'; readonly lease: number }
  /** Who has this address on the link? */
  | { readonly kind: 'find-neighbour'; readonly interface: string; readonly address: Ip }
  /** The packet behind it is for the node itself, and for no socket of this process. */
  | { readonly kind: 'stray-packet'; readonly interface: string }
  /** The packet behind it leaves by a virtual interface of another process. */
  | { readonly kind: 'packet'; readonly interface: string }
  | { readonly kind: 'remove-interface'; readonly interface: string };

/** From the daemon. */
export type DaemonNotice =
  | {
      readonly kind: 'neighbour';
      readonly interface: string;
      readonly address: Ip;
      readonly mac: Mac;
    }
  | { readonly kind: 'path-mtu'; readonly destination: Ip; readonly mtuBytes: number }
  | { readonly kind: 'interface'; readonly info: InterfaceInfo }
  | { readonly kind: 'interface-added'; readonly added: AddedInterface }
  | { readonly kind: 'interface-removed'; readonly interface: string }
  /** The datagram behind it came in pieces, or from this node itself. */
  | ({ readonly kind: 'datagram'; readonly lease: number } & ArrivedWhole)
  | { readonly kind: 'path-error'; readonly lease: number; readonly error: PathError }
  /** The packet behind it has a segment for a port of this process, and came by no link: from this node itself. Or an ICMP error about one. */
  | { readonly kind: 'segment' }
  /** The packet behind it was sent into a virtual interface. */
  | { readonly kind: 'packet'; readonly interface: string };

export interface ArrivedWhole {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly interface: string;
  readonly ttl: number;
}

export type Message = Question | Answer | ProcessNotice | DaemonNotice;

const lengthBytes = 4;

/** The length of the JSON, the JSON, the bytes behind it. */
export function emitMessage(message: Message, behind?: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(message));
  const bytes = new Uint8Array(lengthBytes + json.length + (behind?.length ?? 0));
  writeU32(bytes, 0, json.length);
  bytes.set(json, lengthBytes);
  if (behind) bytes.set(behind, lengthBytes + json.length);
  return bytes;
}

export interface ReadMessage<M> {
  readonly message: M;
  readonly behind: Uint8Array;
}

/** Who writes is of this version of Ropewalk: a process of this run. */
export function readMessage<M extends Message>(bytes: Uint8Array): ReadMessage<M> {
  const end = lengthBytes + readU32(bytes, 0);
  const text = new TextDecoder().decode(bytes.subarray(lengthBytes, end));
  return { message: JSON.parse(text) as M, behind: bytes.subarray(end) };
}
