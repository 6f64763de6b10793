/** `node:net` of this process on the socket library: what connects, and what listens. */
import cluster from 'node:cluster';
import dns from 'node:dns';
import net from 'node:net';
import process from 'node:process';
import { type Endpoint, type Ip, isUnspecified, parseIp } from '../../base/address.ts';
import type { Stream, StreamEvents, StreamListener } from '../../host/stream.ts';
import { carrySocket } from './carried-socket.ts';
import { familiesAt, type SocketLibrary } from './socket-library.ts';

type ConnectOptions = Partial<net.TcpSocketConnectOpts> & { readonly path?: string | null };
type Normalized = readonly [options: ConnectOptions, done: (() => void) | null];
type AnyCall = (this: unknown, ...words: unknown[]) => unknown;

const { _normalizeArgs: normalize } = net as unknown as {
  _normalizeArgs(words: readonly unknown[]): Normalized;
};

function readWords(words: readonly unknown[]): Normalized {
  return Array.isArray(words[0]) ? (words[0] as unknown as Normalized) : normalize(words);
}

export function installNet(library: SocketLibrary): void {
  const connect = net.Socket.prototype.connect as AnyCall;
  net.Socket.prototype.connect = function (this: net.Socket, ...words: unknown[]) {
    const [options, done] = readWords(words);
    const viaKernel = () => void connect.apply(this, words);
    if (!isForUs(this, options)) viaKernel();
    else new Connecting(library, this, options, done, viaKernel).start();
    return this;
  } as typeof net.Socket.prototype.connect;
  const listen = net.Server.prototype.listen as AnyCall;
  net.Server.prototype.listen = function (this: net.Server, ...words: unknown[]) {
    const [options] = readWords(words);
    serve(library, this, options, () => listen.apply(this, words));
    return this;
  } as typeof net.Server.prototype.listen;
}

/** A pipe, a descriptor, TLS's own handle, a local port of one's own choice: the kernel's. */
function isForUs(socket: net.Socket, options: ConnectOptions): boolean {
  const { _handle: handle, encrypted } = socket as net.Socket & {
    _handle?: unknown;
    encrypted?: boolean;
  };
  if (handle || encrypted || options.path) return false;
  return options.port !== undefined && options.localPort === undefined && !cluster.isWorker;
}

/** One socket on its way to the first of its peer's addresses that answers. */
class Connecting {
  readonly #library: SocketLibrary;
  readonly #socket: net.Socket;
  readonly #options: ConnectOptions;
  readonly #done: (() => void) | null;
  readonly #viaKernel: () => void;
  #rest: Ip[] = [];

  constructor(
    library: SocketLibrary,
    socket: net.Socket,
    options: ConnectOptions,
    done: (() => void) | null,
    viaKernel: () => void,
  ) {
    this.#library = library;
    this.#socket = socket;
    this.#options = options;
    this.#done = done;
    this.#viaKernel = viaKernel;
  }

  start(): void {
    const { host = 'localhost', family = 0, lookup = dns.lookup } = this.#options;
    const address = parseIp(host);
    if (address !== undefined) {
      this.#begin([address]);
      return;
    }
    Object.assign(this.#socket, { connecting: true });
    lookup(host, { family, all: true }, (error, found) => {
      if (this.#socket.destroyed) return;
      if (error) this.#socket.destroy(error);
      else this.#begin(addressesOf(found));
    });
  }

  /** The kernel takes all of them where it takes the first. */
  #begin(addresses: Ip[]): void {
    const [first, ...rest] = addresses;
    this.#rest = rest;
    const to = first === undefined ? undefined : this.#endpoint(first);
    const choice = to && this.#library.chooseToward('tcp', to);
    if (to === undefined || choice?.stack === undefined) {
      Object.assign(this.#socket, { connecting: false });
      this.#viaKernel();
      return;
    }
    Object.assign(this.#socket, { connecting: true });
    if (this.#done !== null) this.#socket.once('connect', this.#done);
    this.#open(to, choice);
  }

  #open(to: Endpoint, { stack, interfaceName }: ReturnType<SocketLibrary['chooseToward']>): void {
    const source = this.#options.localAddress && parseIp(this.#options.localAddress);
    const wish = { to, noDelay: true, interface: interfaceName!, ...(source && { source }) };
    const options = {
      library: this.#library,
      remote: to,
      isAccepted: false,
      tryNext: () => this.#tryNext(),
    };
    carrySocket(this.#socket, options, (events) => stack!.sockets.openStream(wish, events));
  }

  #tryNext(): boolean {
    const next = this.#rest.shift();
    if (next === undefined) return false;
    const to = this.#endpoint(next);
    const choice = this.#library.chooseToward('tcp', to);
    if (choice.stack === undefined) return this.#tryNext();
    this.#open(to, choice);
    return true;
  }

  #endpoint(address: Ip): Endpoint {
    return { address, port: Number(this.#options.port) };
  }
}

function addressesOf(found: string | readonly dns.LookupAddress[]): Ip[] {
  const texts = typeof found === 'string' ? [found] : found.map(({ address }) => address);
  return texts.map(parseIp).filter((address) => address !== undefined);
}

/**
 * The kernel's listener holds the port, and goes on serving what does not come by an interface of ours:
 * this machine itself. A port that is known is ours before the kernel listens on it; else no connection
 * would outlive the change.
 */
function serve(
  library: SocketLibrary,
  server: net.Server,
  options: ConnectOptions & { readonly fd?: number },
  listen: () => void,
): void {
  if (options.path || options.port === undefined || cluster.isWorker) {
    listen();
    return;
  }
  const address = options.host === undefined ? undefined : parseIp(options.host);
  const isKnown = Number(options.port) !== 0 && (options.host === undefined || address);
  let listening: { close(): void } | undefined;
  if (isKnown) listening = listenAt(library, server, address, Number(options.port));
  server.once('error', () => listening?.close());
  server.once('close', () => listening?.close());
  if (!isKnown) {
    server.prependOnceListener('listening', () => {
      const bound = server.address() as net.AddressInfo;
      listening = listenAt(library, server, parseIp(bound.address), bound.port);
    });
  }
  closeBoth(server, () => listening?.close());
  listen();
}

/** No more are accepted from the moment of the call, as of the kernel's. */
function closeBoth(server: net.Server, closeOurs: () => void): void {
  const { close } = server;
  server.close = (done) => {
    closeOurs();
    return close.call(server, done);
  };
}

function listenAt(
  library: SocketLibrary,
  server: net.Server,
  address: Ip | undefined,
  port: number,
): { close(): void } {
  const isAny = address === undefined || isUnspecified(address);
  const stacks = new Set(library.chooseAt('tcp', address, port).map(({ stack }) => stack));
  const open: { close(): void }[] = [];
  for (const stack of stacks) {
    if (stack === undefined) continue;
    const adopted = stack.desk.adopt('tcp', port);
    open.push({ close: () => adopted.release() });
    for (const family of familiesAt(address)) {
      const wish = { family, port, noDelay: true, ...(!isAny && { address: address! }) };
      open.push(stack.sockets.listenStream(wish, (stream) => accept(library, server, stream)));
    }
  }
  return closeOnce(open);
}

function closeOnce(open: readonly { close(): void }[]): { close(): void } {
  let isOpen = true;
  return {
    close: () => {
      if (isOpen) for (const one of open as StreamListener[]) one.close();
      isOpen = false;
    },
  };
}

interface ServerInside extends net.Server {
  _connections: number;
  allowHalfOpen?: boolean;
}

function accept(library: SocketLibrary, server: net.Server, stream: Stream): StreamEvents {
  const inside = server as ServerInside;
  const socket = new net.Socket({ allowHalfOpen: inside.allowHalfOpen ?? false });
  const isMapped = (server.address() as net.AddressInfo | null)?.family === 'IPv6';
  const options = { library, remote: stream.remote, isAccepted: true, isMapped };
  let heard: StreamEvents | undefined;
  carrySocket(socket, options, (events) => {
    heard = events;
    return stream;
  });
  if (server.maxConnections !== undefined && inside._connections >= server.maxConnections) {
    socket.resetAndDestroy();
    return heard!;
  }
  inside._connections += 1;
  Object.assign(socket, { server, _server: server });
  server.emit('connection', socket);
  // TLS takes a socket without a handle for one that is not connected yet.
  if (socket.listenerCount('connect') > 0) process.nextTick(() => socket.emit('connect'));
  return heard!;
}
