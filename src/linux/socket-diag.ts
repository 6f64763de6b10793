/**
 * All sockets of a network namespace, asked of the kernel (sock_diag(7)). struct inet_diag_req_v2 of
 * linux/inet_diag.h: family 0, protocol 1, extensions 2, states 4, then the socket's id of 48 bytes: ports 0 and 2,
 * addresses 4 and 20, interface 36, cookie 40. struct inet_diag_msg: family 0, state 1, id 4, user 64, inode 68.
 */
import { type Endpoint, type Family, readIpv4, readIpv6, writeIp } from '../base/address.ts';
import { readU16, writeU16 } from '../base/bytes.ts';
import { read32, read64, write32, write64 } from './layout.ts';
import { buildMessage, numberAttribute, parseAttributes } from './netlink.ts';
import { type RouteRequest, RouteSocket } from './route-socket.ts';
import { addressFamily } from './socket-address.ts';
import { errno, SystemCallError } from './system-call.ts';

/** NETLINK_SOCK_DIAG; SOCK_DIAG_BY_FAMILY, SOCK_DESTROY. */
const diagProtocol = 4;
const message = { byFamily: 20, destroy: 21 } as const;
const requestBytes = 56;
const answerBytes = 72;
const id = { localPort: 0, remotePort: 2, local: 4, remote: 20, link: 36, cookie: 40 } as const;
const requestIdAt = 8;
const answerIdAt = 4;
/** INET_DIAG_*. */
const field = { info: 2, mark: 15 } as const;
const askProtocol = 3;
const withInfo = 1 << (field.info - 1);
const everyState = 0xffff_ffff;

/** struct tcp_info and struct mptcp_info. */
const tcpInfo = { rttUs: 68, acknowledged: 120, received: 128, bytes: 136 } as const;
const mptcpInfo = { token: 12, sent: 56, received: 64, bytes: 72 } as const;

/** As linux/in.h numbers them; MPTCP does not fit the byte that others stand in. */
export const diagProtocols = { udp: 17, tcp: 6, mptcp: 262 } as const;
export type DiagProtocol = keyof typeof diagProtocols;
const beyondByte = 255;

export interface DiagSocket {
  readonly family: Family;
  readonly protocol: DiagProtocol;
  /** TCP_ESTABLISHED and so on of net/tcp_states.h; UDP has 1 where it is connected and 7 where not. */
  readonly state: number;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly link: number;
  readonly inode: number;
  readonly cookie: number;
  readonly userId: number;
  /** The right to manage the network shows it; 0 without. */
  readonly mark: number;
  readonly sentBytes: number | undefined;
  readonly receivedBytes: number | undefined;
  readonly smoothedRttUs: number | undefined;
  /** Of an MPTCP connection. */
  readonly token: number | undefined;
}

/** In the namespace of this thread. */
export function openDiagSocket(): RouteSocket {
  return new RouteSocket(0, diagProtocol);
}

export function listSockets(
  socket: RouteSocket,
  family: Family,
  protocol: DiagProtocol,
): DiagSocket[] {
  try {
    const found = socket.dump(message.byFamily, dumpRequest(family, protocol));
    return found.map(({ body }) => readSocket(body, protocol));
  } catch (error) {
    // A kernel without the protocol, or without a part that tells of it.
    if (error instanceof SystemCallError && error.errno === errno.ENOENT) return [];
    throw error;
  }
}

/** Ends it: its user reads ECONNABORTED, and its peer hears a reset. Needs CAP_NET_ADMIN and INET_DIAG_DESTROY. */
export function destroySocket(target: DiagSocket): RouteRequest {
  const body = requestFor(target.family, target.protocol);
  const at = requestIdAt;
  writeU16(body, at + id.localPort, target.local.port);
  writeU16(body, at + id.remotePort, target.remote.port);
  writeIp(body, at + id.local, target.local.address);
  writeIp(body, at + id.remote, target.remote.address);
  write32(body, at + id.link, target.link);
  write64(body, at + id.cookie, target.cookie);
  const what = `destroy socket ${target.protocol} ${target.inode}`;
  return { what, message: buildMessage(message.destroy, 0, body) };
}

function requestFor(family: Family, protocol: DiagProtocol): Uint8Array {
  const bytes = new Uint8Array(requestBytes);
  bytes[0] = family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
  bytes[1] = Math.min(diagProtocols[protocol], beyondByte);
  bytes[2] = protocol === 'udp' ? 0 : withInfo;
  write32(bytes, 4, everyState);
  return bytes;
}

function dumpRequest(family: Family, protocol: DiagProtocol): Uint8Array {
  const request = requestFor(family, protocol);
  if (diagProtocols[protocol] <= beyondByte) return request;
  const asked = numberAttribute(askProtocol, diagProtocols[protocol]);
  const whole = new Uint8Array(request.length + asked.length);
  whole.set(request);
  whole.set(asked, request.length);
  return whole;
}

function readSocket(body: Uint8Array, protocol: DiagProtocol): DiagSocket {
  const family = body[0] === addressFamily.ipv4 ? 4 : 6;
  const attributes = parseAttributes(body, answerBytes);
  const mark = attributes.get(field.mark);
  const at = answerIdAt;
  return {
    ...{ family, protocol, state: body[1]! },
    local: endpointAt(body, at + id.local, at + id.localPort, family),
    remote: endpointAt(body, at + id.remote, at + id.remotePort, family),
    link: read32(body, at + id.link),
    cookie: read64(body, at + id.cookie),
    userId: read32(body, 64),
    inode: read32(body, 68),
    mark: mark === undefined ? 0 : read32(mark, 0),
    ...countersOf(attributes.get(field.info), protocol),
  };
}

function endpointAt(body: Uint8Array, at: number, portAt: number, family: Family): Endpoint {
  const address = family === 4 ? readIpv4(body, at) : readIpv6(body, at);
  return { address, port: readU16(body, portAt) };
}

type Counters = Pick<DiagSocket, 'sentBytes' | 'receivedBytes' | 'smoothedRttUs' | 'token'>;
const unknown: Counters = {
  ...{ sentBytes: undefined, receivedBytes: undefined },
  ...{ smoothedRttUs: undefined, token: undefined },
};

function countersOf(info: Uint8Array | undefined, protocol: DiagProtocol): Counters {
  if (info === undefined) return unknown;
  if (protocol === 'tcp' && info.length >= tcpInfo.bytes) {
    return {
      ...unknown,
      sentBytes: read64(info, tcpInfo.acknowledged),
      receivedBytes: read64(info, tcpInfo.received),
      smoothedRttUs: read32(info, tcpInfo.rttUs) || undefined,
    };
  }
  if (protocol !== 'mptcp' || info.length < mptcpInfo.bytes) return unknown;
  return {
    ...unknown,
    sentBytes: read64(info, mptcpInfo.sent),
    receivedBytes: read64(info, mptcpInfo.received),
    token: read32(info, mptcpInfo.token),
  };
}
