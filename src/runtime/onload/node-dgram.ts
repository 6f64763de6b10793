/**
 * `node:dgram` of this process on the socket library. A socket of Node's keeps its kernel's descriptor: it
 * holds the port, gets what comes in pieces or from this machine itself, and sends what only the kernel can.
 */
import { Buffer } from 'node:buffer';
import dgram from 'node:dgram';
import { syncBuiltinESMExports } from 'node:module';
import { constants } from 'node:os';
import process from 'node:process';
import { type Endpoint, familyOf, formatIp, isUnspecified, parseIp } from '../../base/address.ts';
import type { DatagramArrived, DatagramSocket, SendOutcome } from '../../host/host.ts';
import { type Choice, familiesAt, type SocketLibrary } from './socket-library.ts';
import type { UserLevelStack } from './user-level-stack.ts';

type Done = (error: Error | null, bytes: number) => void;
type Message = string | NodeJS.ArrayBufferView | readonly (string | NodeJS.ArrayBufferView)[];
type AnyCall = (this: unknown, ...words: unknown[]) => unknown;

export function installDgram(library: SocketLibrary): void {
  const create = dgram.createSocket as AnyCall;
  dgram.createSocket = ((...words: unknown[]) => {
    const socket = create.apply(dgram, words) as dgram.Socket;
    new CarriedDatagrams(library, socket);
    return socket;
  }) as typeof dgram.createSocket;
  syncBuiltinESMExports();
}

class CarriedDatagrams {
  readonly #library: SocketLibrary;
  readonly #socket: dgram.Socket;
  readonly #sendByKernel: AnyCall;
  readonly #sockets = new Map<UserLevelStack, Map<4 | 6, DatagramSocket>>();
  #adopted: { release(): void }[] = [];
  /** By address and port; it holds as long as the kernel's routes do. */
  #choices = new Map<string, Choice>();
  #generation = 0;
  #peer: Endpoint | undefined;
  #isV6 = false;
  #isBound = false;
  #isClosed = false;

  constructor(library: SocketLibrary, socket: dgram.Socket) {
    this.#library = library;
    this.#socket = socket;
    this.#sendByKernel = socket.send as AnyCall;
    socket.prependOnceListener('listening', () => this.#bound());
    socket.once('close', () => this.#close());
    socket.on('connect', () => {
      const { address, port } = socket.remoteAddress();
      this.#peer = { address: parseIp(address.replace(/^::ffff:/, ''))!, port };
    });
    const { disconnect } = socket;
    socket.disconnect = () => {
      this.#peer = undefined;
      disconnect.call(socket);
    };
    socket.send = ((...words: unknown[]) => this.#send(words)) as typeof socket.send;
  }

  /** The kernel's socket has its port: ours takes what comes to it by interfaces of ours. */
  #bound(): void {
    this.#isBound = true;
    const { address: text, port, family: bound } = this.#socket.address();
    this.#isV6 = bound === 'IPv6';
    const address = parseIp(text);
    for (const { stack } of this.#library.chooseAt('udp', address, port)) {
      if (stack === undefined || this.#sockets.has(stack)) continue;
      this.#adopted.push(stack.desk.adopt('udp', port));
      const isAny = address === undefined || isUnspecified(address);
      const opened = familiesAt(address).map((family) => {
        const wish = { family, port, ...(!isAny && { address: address! }) };
        const received = (arrived: DatagramArrived) => this.#received(arrived);
        return [family, stack.sockets.openDatagramSocket(wish, { received })] as const;
      });
      this.#sockets.set(stack, new Map(opened));
    }
  }

  #received({ from, payload }: DatagramArrived): void {
    if (this.#isClosed || !this.#isFromPeer(from)) return;
    const isMapped = this.#isV6 && familyOf(from.address) === 4;
    const address = `${isMapped ? '::ffff:' : ''}${formatIp(from.address)}`;
    const family = this.#isV6 ? 'IPv6' : 'IPv4';
    const { length: size } = payload;
    this.#socket.emit('message', Buffer.from(payload), { address, family, port: from.port, size });
  }

  /** A socket that is connected hears nobody else. */
  #isFromPeer({ address, port }: Endpoint): boolean {
    const peer = this.#peer;
    return peer === undefined || (peer.port === port && peer.address === address);
  }

  #choose(to: Endpoint): Choice {
    const { generation } = this.#library;
    if (generation !== this.#generation) this.#choices.clear();
    this.#generation = generation;
    const name = `${to.address} ${to.port}`;
    const known = this.#choices.get(name);
    if (known !== undefined) return known;
    const choice = this.#library.chooseToward('udp', to);
    this.#choices.set(name, choice);
    return choice;
  }

  #send(words: unknown[]): void {
    const order = readSend(words, this.#peer);
    const to = order?.to;
    const choice = to && this.#choose(to);
    if (order === undefined || to === undefined || choice?.stack === undefined) {
      this.#sendByKernel.apply(this.#socket, words);
      return;
    }
    if (!this.#isBound) {
      this.#socket.once('listening', () => this.#send(words));
      this.#socket.bind(0);
      return;
    }
    const ours = this.#sockets.get(choice.stack)?.get(familyOf(to.address));
    if (ours === undefined) this.#sendByKernel.apply(this.#socket, words);
    else this.#say(ours.send(order.bytes, to), order);
  }

  #say(outcome: SendOutcome, { bytes, done }: SendOrder): void {
    const error = errorOf(outcome);
    if (done !== undefined) process.nextTick(() => done(error, bytes.length));
    else if (error !== null) process.nextTick(() => this.#socket.emit('error', error));
  }

  #close(): void {
    this.#isClosed = true;
    for (const sockets of this.#sockets.values()) for (const one of sockets.values()) one.close();
    for (const adopted of this.#adopted.splice(0)) adopted.release();
    this.#sockets.clear();
  }
}

interface SendOrder {
  readonly bytes: Uint8Array;
  readonly to: Endpoint | undefined;
  readonly done: Done | undefined;
}

/** send(message[, offset, length][, port][, address][, done]); undefined: a name, or nobody to send to. */
function readSend(words: readonly unknown[], peer: Endpoint | undefined): SendOrder | undefined {
  const done = words.find((word) => typeof word === 'function') as Done | undefined;
  const [message, ...rest] = words.filter((word) => typeof word !== 'function');
  const numbers = rest.filter((word) => typeof word === 'number');
  const address = rest.find((word) => typeof word === 'string');
  const isCut = numbers.length >= 2;
  const whole = bytesOf(message as Message);
  const bytes = isCut ? whole.subarray(numbers[0], numbers[0]! + numbers[1]!) : whole;
  const port = isCut ? numbers[2] : numbers[0];
  if (port === undefined) return peer && { bytes, to: peer, done };
  const ip = parseIp(address === undefined ? '127.0.0.1' : address.replace(/^::ffff:/, ''));
  return ip === undefined ? undefined : { bytes, to: { address: ip, port }, done };
}

function bytesOf(message: Message): Uint8Array {
  if (typeof message === 'string') return Buffer.from(message);
  if (Array.isArray(message)) return Buffer.concat(message.map(bytesOf));
  const view = message as NodeJS.ArrayBufferView;
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function errorOf(outcome: SendOutcome): Error | null {
  const code = sendCodes[outcome];
  if (code === undefined) return null;
  const facts = { code, errno: -constants.errno[code], syscall: 'send' };
  return Object.assign(new Error(`send ${code}`), facts);
}

const sendCodes: Readonly<Partial<Record<SendOutcome, keyof typeof constants.errno>>> = {
  'no-route': 'ENETUNREACH',
  'interface-down': 'ENETDOWN',
  'message-too-long': 'EMSGSIZE',
};
