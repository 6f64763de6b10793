/** A netlink route socket: requests that are acknowledged, dumps, and events of the kernel's own. */
import { closeDescriptor, waitReadable } from './descriptor.ts';
import { readCString, readSigned32, write16, write32 } from './layout.ts';
import {
  buildMessage,
  concatenate,
  type NetlinkMessage,
  netlinkControl,
  netlinkFlag,
  parseAttributes,
  parseMessages,
} from './netlink.ts';
import {
  bindSocketBytes,
  openSocket,
  type SocketOption,
  setOption,
  socketOption,
} from './socket.ts';
import { addressFamily } from './socket-address.ts';
import { bindCall, checkCall, errno, lastErrno, SystemCallError } from './system-call.ts';

const sendCall = bindCall('send', 'long', ['int', 'bytes', 'size', 'int']);
const receiveCall = bindCall('recv', 'long', ['int', 'bytes', 'size', 'int']);

/** SOL_NETLINK of linux/netlink.h: errors without the request in them, but with a text. */
const option = {
  capAcknowledgement: [270, 10],
  extendedAcknowledgement: [270, 11],
} as const satisfies Readonly<Record<string, SocketOption>>;
const errorText = 1;

/** A bit of RTMGRP_* in linux/rtnetlink.h. */
export const routeGroup = {
  links: 0x1,
  neighbours: 0x4,
  ipv4Addresses: 0x10,
  ipv4Routes: 0x40,
  ipv6Addresses: 0x100,
  ipv6Routes: 0x400,
} as const;

/** NETLINK_ROUTE; other parts of the kernel speak the same way. */
const routeProtocol = 0;

/** So many requests a call: their answers fit the default receive buffer. */
const batchRequests = 64;
const receiveRoom = 65_536;
const eventBufferBytes = 1_048_576;
/** The kernel answers within the call; only a stuck one would take so long. */
const patienceMs = 10_000;

/** A request, and what to call it where it fails. */
export interface RouteRequest {
  readonly what: string;
  readonly message: Uint8Array;
}

export class RouteSocket implements Disposable {
  readonly fd: number;
  readonly #room = new Uint8Array(receiveRoom);
  #sequence = 0;

  /** In the namespace of this thread; with groups it hears what happens there, from now on. */
  constructor(groups = 0, protocol = routeProtocol) {
    this.fd = openSocket(addressFamily.netlink, 'raw', protocol);
    setOption(this.fd, option.extendedAcknowledgement, 1);
    setOption(this.fd, option.capAcknowledgement, 1);
    if (groups !== 0) setOption(this.fd, socketOption.receiveBuffer, eventBufferBytes);
    const name = new Uint8Array(12);
    write16(name, 0, addressFamily.netlink);
    write32(name, 8, groups);
    bindSocketBytes(this.fd, name, 'netlink route');
  }

  /** All of them, in order. The first failure is thrown; the kernel tried the rest of its batch too. */
  apply(requests: readonly RouteRequest[]): void {
    for (let from = 0; from < requests.length; from += batchRequests) {
      this.#applyBatch(requests.slice(from, from + batchRequests));
    }
  }

  /** The one message that answers. */
  ask(request: RouteRequest): NetlinkMessage {
    const sequence = this.#send([request], netlinkFlag.request);
    for (;;) {
      for (const message of this.#receive()) {
        if (message.sequence !== sequence) continue;
        if (message.type === netlinkControl.error) throw failureOf(request, message)!;
        return message;
      }
    }
  }

  /** Everything of one kind; taken again where it changed meanwhile. */
  dump(type: number, body: Uint8Array): NetlinkMessage[] {
    for (;;) {
      const found = this.#dumpOnce({ what: `dump ${type}`, message: buildMessage(type, 0, body) });
      if (found) return found;
    }
  }

  /** What has happened since; `lost` where more happened than the socket could hold. */
  drain(): { readonly messages: NetlinkMessage[]; readonly lost: boolean } {
    const messages: NetlinkMessage[] = [];
    let lost = false;
    for (;;) {
      const length = receiveCall(this.fd, this.#room, receiveRoom, 0);
      if (length >= 0) messages.push(...parseMessages(this.#room.slice(0, length)));
      else if (lastErrno() === errno.ENOBUFS) lost = true;
      else if (lastErrno() !== errno.EINTR) return { messages, lost };
    }
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.fd);
  }

  #applyBatch(requests: readonly RouteRequest[]): void {
    const last = this.#send(requests, netlinkFlag.request | netlinkFlag.acknowledge);
    const first = last - requests.length + 1;
    let failed: SystemCallError | undefined;
    for (let answered = 0; answered < requests.length; ) {
      for (const message of this.#receive()) {
        const request = requests[message.sequence - first];
        if (request === undefined || message.type !== netlinkControl.error) continue;
        answered += 1;
        failed ??= failureOf(request, message);
      }
    }
    if (failed) throw failed;
  }

  #dumpOnce(request: RouteRequest): NetlinkMessage[] | undefined {
    const sequence = this.#send([request], netlinkFlag.request | netlinkFlag.dump);
    const found: NetlinkMessage[] = [];
    let interrupted = false;
    for (;;) {
      for (const message of this.#receive()) {
        if (message.sequence !== sequence) continue;
        interrupted ||= (message.flags & netlinkFlag.interrupted) !== 0;
        if (message.type === netlinkControl.error) throw failureOf(request, message)!;
        if (message.type === netlinkControl.done) return interrupted ? undefined : found;
        found.push(message);
      }
    }
  }

  /** The sequence number of the last. */
  #send(requests: readonly RouteRequest[], flags: number): number {
    const messages = requests.map(({ message }) => {
      const copy = message.slice();
      this.#sequence += 1;
      write16(copy, 6, copy[6]! | (copy[7]! << 8) | flags);
      write32(copy, 8, this.#sequence);
      return copy;
    });
    const bytes = concatenate(messages);
    checkCall(sendCall(this.fd, bytes, bytes.length, 0), 'send', requests[0]!.what);
    return this.#sequence;
  }

  #waitForAnswer(): void {
    if (waitReadable(this.fd, patienceMs)) return;
    throw new SystemCallError('poll', errno.ETIMEDOUT, 'netlink route');
  }

  #receive(): NetlinkMessage[] {
    for (;;) {
      const length = receiveCall(this.fd, this.#room, receiveRoom, 0);
      if (length >= 0) return parseMessages(this.#room.slice(0, length));
      const reason = lastErrno();
      if (reason === errno.EAGAIN) this.#waitForAnswer();
      else if (reason !== errno.EINTR) checkCall(length, 'recv', 'netlink route');
    }
  }
}

/** struct nlmsgerr: the errno, negative, then the header of the request, then attributes. */
function failureOf(request: RouteRequest, { body }: NetlinkMessage): SystemCallError | undefined {
  const reason = -readSigned32(body, 0);
  if (reason === 0) return undefined;
  const text = parseAttributes(body, 20).get(errorText);
  const detail = text ? readCString(text, 0, text.length) : '';
  return new SystemCallError('netlink', reason, request.what, detail);
}
