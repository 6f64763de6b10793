/** Opening TCP sockets of the kernel, and listening on them. */
import {
  anyIpv4,
  anyIpv6,
  type Endpoint,
  type Family,
  familyOf,
  isLinkLocal,
} from '../base/address.ts';
import type {
  AcceptStream,
  StreamEvents,
  StreamListener,
  StreamListenOptions,
  StreamOptions,
} from '../host/stream.ts';
import { closeDescriptor } from '../linux/descriptor.ts';
import {
  bindSocket,
  bindToInterface,
  listenSocket,
  localEndpoint,
  openSocket,
  setOption,
  socketOption,
} from '../linux/socket.ts';
import { addressFamily } from '../linux/socket-address.ts';
import { acceptSocket, startConnecting } from '../linux/stream-socket.ts';
import { bindError } from './datagram-binding.ts';
import type { HostOwner } from './host-owner.ts';
import { mptcpProtocol, offerPaths } from './kernel-paths.ts';
import { RealStream } from './real-stream.ts';
import { applyStreamSettings } from './stream-settings.ts';

const backlog = 4_096;
/** What is read at once. */
const roomBytes = 262_144;
/** Accepted before others have their turn. */
const acceptsATurn = 64;

export class RealStreams {
  readonly #host: HostOwner;
  /** Shared by all streams of the host: one is at work at a time. */
  readonly #room = new Uint8Array(roomBytes);
  #hasPaths = false;

  constructor(host: HostOwner) {
    this.#host = host;
  }

  /** In the namespace of this thread. */
  open(options: StreamOptions, events: StreamEvents): RealStream {
    const { to, source, interface: name } = options;
    const { interfaces } = this.#host;
    const scope = isLinkLocal(to.address) ? (interfaces.find(name ?? '')?.index ?? 0) : 0;
    const isMptcp = options.transport === 'mptcp';
    if (isMptcp) this.#offerPaths('subflow');
    const fd = prepareSocket(familyOf(to.address), isMptcp, (opened) => {
      applyStreamSettings(opened, options);
      // All subflows would be bound to it.
      if (name !== undefined && !isMptcp) bindToInterface(opened, name);
      if (source !== undefined) this.#bind(opened, { address: source, port: 0 }, scope);
    });
    const failed = startConnecting(fd, to, scope);
    const stream = new RealStream(this.#host, this.#room, fd, to, 'connecting');
    stream.tell(events);
    if (failed !== 0) stream.refuse(failed);
    return stream;
  }

  listen(options: StreamListenOptions, accept: AcceptStream): StreamListener {
    const { family, address = family === 4 ? anyIpv4 : anyIpv6, port = 0 } = options;
    const isMptcp = options.transport === 'mptcp';
    if (isMptcp) this.#offerPaths('signal');
    const fd = prepareSocket(family, isMptcp, (opened) => {
      applyStreamSettings(opened, options);
      setOption(opened, socketOption.reuseAddress, 1);
      this.#bind(opened, { address, port }, 0);
      listenSocket(opened, backlog);
    });
    return this.#watchListener(fd, accept);
  }

  /** Once: each process stands in its node's namespace. */
  #offerPaths(role: 'subflow' | 'signal'): void {
    if (this.#hasPaths) return;
    this.#hasPaths = true;
    offerPaths(this.#host.interfaces.list(), role);
  }

  #watchListener(fd: number, accept: AcceptStream): StreamListener {
    const watch = this.#host.loop.watch(fd, () => this.#acceptSome(fd, accept));
    let isClosed = false;
    const listener = {
      local: localEndpoint(fd),
      close: () => {
        if (isClosed) return;
        isClosed = true;
        watch.close();
        closeDescriptor(fd);
        this.#host.forget(listener);
      },
    };
    return listener;
  }

  #acceptSome(fd: number, accept: AcceptStream): void {
    for (let count = 0; count < acceptsATurn; count++) {
      const accepted = acceptSocket(fd);
      if (accepted === undefined) return;
      const stream = new RealStream(this.#host, this.#room, accepted.fd, accepted.remote, 'open');
      this.#host.adopt(stream);
      stream.tell(accept(stream));
    }
  }

  #bind(fd: number, local: Endpoint, scope: number): void {
    const failed = bindSocket(fd, local, scope);
    if (failed !== undefined) throw bindError(this.#host, 'TCP', local, failed);
  }
}

function prepareSocket(family: Family, isMptcp: boolean, prepare: (fd: number) => void): number {
  const number = family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
  const fd = openSocket(number, 'stream', isMptcp ? mptcpProtocol : 0);
  try {
    if (family === 6) setOption(fd, socketOption.ipv6Only, 1);
    prepare(fd);
    return fd;
  } catch (error) {
    closeDescriptor(fd);
    throw error;
  }
}
