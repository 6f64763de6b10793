/**
 * A `net.Socket` whose bytes go over a stream of ours. All that its user calls is Node's own; what would
 * have gone to the kernel's handle goes to the stream.
 */
import { Buffer } from 'node:buffer';
import net from 'node:net';
import { type Endpoint, familyOf, formatIp } from '../../base/address.ts';
import type { Stream, StreamEnd, StreamEvents } from '../../host/stream.ts';
import { StreamCarrier } from '../../sockets/stream-carrier.ts';
import { networkError } from './network-error.ts';
import type { SocketLibrary } from './socket-library.ts';

/** What of Node's own is there, though not declared. */
interface SocketInside extends net.Socket {
  _unrefTimer(): void;
}

type Chunk = { readonly chunk: Buffer | string; readonly encoding: BufferEncoding };
type Done = (error?: Error | null) => void;

/** A peer that never says its end is not waited for any longer (tcp_fin_timeout of a kernel). */
const lingerMs = 60_000;

export interface CarriedOptions {
  readonly library: SocketLibrary;
  readonly remote: Endpoint;
  readonly isAccepted: boolean;
  /** IPv4 addresses are said as those of a socket that listens over both. */
  readonly isMapped?: boolean;
  /** It came to nothing: there may be another address to try. True: it is being tried. */
  readonly tryNext?: (error: Error) => boolean;
}

export function carrySocket(
  socket: net.Socket,
  options: CarriedOptions,
  open: (events: StreamEvents) => Stream,
): void {
  const { library, remote, isAccepted } = options;
  const held = library.hold();
  const inside = socket as SocketInside;
  let isConnected = isAccepted;
  const carrier = new StreamCarrier(socket, {
    connected: () => {
      isConnected = true;
      if (isAccepted || socket.destroyed) return;
      Object.assign(socket, { connecting: false });
      socket.emit('connect');
      socket.emit('ready');
      if (socket.readable && !socket.isPaused()) socket.read(0);
    },
    active: () => inside._unrefTimer(),
    closed: (reason) => {
      held.release();
      endSocket(socket, reason, isConnected ? 'read' : 'connect', options);
    },
  });
  const stream = open(carrier);
  carrier.attach(stream);
  const isMapped = options.isMapped ?? false;
  replaceHandle(socket, carrier, { stream, remote, isMapped, isConnected: () => isConnected });
}

function endSocket(
  socket: net.Socket,
  reason: StreamEnd,
  call: 'connect' | 'read',
  { remote, tryNext }: CarriedOptions,
): void {
  if (reason === 'finished' || reason === 'aborted' || socket.destroyed) return;
  const error = networkError(reason, call, remote);
  if (call === 'connect' && tryNext?.(error)) return;
  socket.destroy(error);
}

interface Inside {
  readonly stream: Stream;
  readonly remote: Endpoint;
  readonly isMapped: boolean;
  readonly isConnected: () => boolean;
}

function replaceHandle(socket: net.Socket, carrier: StreamCarrier, inside: Inside): void {
  const { stream, remote, isMapped, isConnected } = inside;
  const destroy = net.Socket.prototype._destroy;
  const own = {
    _read: () => carrier.read(),
    _write: (chunk: Buffer | string, encoding: BufferEncoding, done: Done) =>
      carrier.write(bytesOf(chunk, encoding), done),
    _writev: (chunks: readonly Chunk[], done: Done) => {
      const parts = chunks.map(({ chunk, encoding }) => bytesOf(chunk, encoding));
      carrier.write(Buffer.concat(parts), done);
    },
    _final: (done: Done) => carrier.final(done),
    _destroy(this: net.Socket, error: Error | null, done: Done) {
      carrier.destroy(error !== null && error !== undefined);
      linger(stream, isConnected());
      destroy.call(this, error, done);
    },
    _getsockname: () => nameOf(stream.local, isMapped),
    _getpeername: () => (isConnected() ? nameOf(remote, isMapped) : {}),
    setNoDelay: () => socket,
    setKeepAlive: () => socket,
    ref: () => socket,
    unref: () => socket,
    resetAndDestroy: () => {
      stream.abort();
      return socket.destroy();
    },
  };
  for (const [name, value] of Object.entries(own)) define(socket, name, { value });
  define(socket, 'bytesRead', { get: () => carrier.bytesRead });
  define(socket, 'bytesWritten', { get: () => carrier.bytesWritten });
  define(socket, 'pending', { get: () => !isConnected() });
}

function define(socket: net.Socket, name: string, how: PropertyDescriptor): void {
  Object.defineProperty(socket, name, { configurable: true, ...how });
}

function linger(stream: Stream, isConnected: boolean): void {
  if (!isConnected) stream.abort();
  else setTimeout(() => stream.abort(), lingerMs).unref();
}

function bytesOf(chunk: Buffer | string, encoding: BufferEncoding): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
}

interface SocketName {
  readonly address: string;
  readonly port: number;
  readonly family: string;
}

function nameOf({ address, port }: Endpoint, isMapped: boolean): SocketName {
  const text = formatIp(address);
  if (familyOf(address) === 6) return { address: text, port, family: 'IPv6' };
  return isMapped
    ? { address: `::ffff:${text}`, port, family: 'IPv6' }
    : { address: text, port, family: 'IPv4' };
}
