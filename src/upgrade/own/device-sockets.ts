/** A service's sockets on a stack of our own: the unit holds the device's ring, the streams go along as bytes. */
import { randomBytes } from 'node:crypto';
import { familyOf, formatEndpoint, formatIp, parseIp } from '../../base/address.ts';
import type { Stream, StreamEvents } from '../../host/stream.ts';
import { KernelLoop } from '../../runtime/kernel-loop.ts';
import type {
  Descriptors,
  Opened,
  OpenSockets,
  ServiceSockets,
  SocketsGround,
} from '../kernel/service-sockets.ts';
import type { NamedSocket, SocketId } from '../messages.ts';
import type { HandedData } from '../target.ts';
import { unreadableStreams } from './device-errors.ts';
import { type CarriedDevice, type DeviceOptions, DeviceStack } from './device-stack.ts';
import { StreamBelow } from './stream-below.ts';

/** For `register`: it listens on a device that the kernel has no address of. */
export function onDevice(options: DeviceOptions): OpenSockets {
  return (ground) => new DeviceSockets(ground, options);
}

/** Taken, and silent until it serves. */
interface Taken {
  readonly stack: DeviceStack;
  readonly adopted: { readonly fd: number; readonly cursor: CarriedDevice['cursor'] };
  readonly belows: ReadonlyMap<string, StreamBelow>;
}

class DeviceSockets implements ServiceSockets {
  readonly #ground: SocketsGround;
  readonly #options: DeviceOptions;
  readonly #loop = new KernelLoop({ keepsProcess: false });
  #stack: DeviceStack | undefined;
  readonly #prepared = new Map<SocketId, NamedSocket>();
  #taken: Taken | undefined;

  constructor(ground: SocketsGround, options: DeviceOptions) {
    this.#ground = ground;
    this.#options = options;
  }

  get port(): number {
    return this.#ground.options.listen.port;
  }

  async listen(): Promise<Opened> {
    const stack = new DeviceStack(this.#loop, this.#options, drawSeed());
    const { port, host } = this.#ground.options.listen;
    const address = host === undefined ? undefined : parseIp(host);
    const families = new Set(this.#options.addresses.map((one) => familyOf(one.address)));
    for (const family of address === undefined ? families : [familyOf(address)]) {
      const where = { family, port, ...(address !== undefined && { address }) };
      stack.table.listen(where, (stream) => this.#accept(stream), stack);
    }
    stack.start();
    this.#stack = stack;
    const socket = this.#ground.connections.number();
    const named: NamedSocket = { socket, kind: 'device', name: this.#nameOf(port) };
    return { sockets: [named], descriptors: [stack.descriptor] };
  }

  // The ring is mapped when it is taken: there is one, and it takes no time.
  prepare(sockets: readonly NamedSocket[]): void {
    for (const named of sockets) this.#prepared.set(named.socket, named);
  }

  letGo(socket: SocketId): void {
    this.#prepared.delete(socket);
  }

  take(since: readonly NamedSocket[], descriptors: Descriptors, data: HandedData): void {
    const sockets = [...this.#prepared.values(), ...since];
    this.#prepared.clear();
    const carried = JSON.parse(data.carried) as CarriedDevice;
    const stack = new DeviceStack(this.#loop, this.#options, drawSeed(), carried.mtuBytes);
    const belows = new Map<string, StreamBelow>();
    const objection = stack.carryIn(carried, {
      adopt: (stream) => {
        const below = new StreamBelow(stream);
        belows.set(formatEndpoint(stream.remote), below);
        return below;
      },
      acceptAt: () => (stream) => this.#accept(stream),
    });
    if (objection !== undefined) throw unreadableStreams(objection);
    const leftovers = new Map(data.leftovers.map((leftover) => [leftover.socket, leftover]));
    const device = sockets.find(({ kind }) => kind === 'device')!;
    this.#ground.connections.skip(device.socket);
    for (const named of sockets) {
      if (named.kind !== 'stream') continue;
      const below = belows.get(named.name);
      this.#ground.connections.take(named, leftovers.get(named.socket), below);
      // Its stream ended before its user was told.
      if (below === undefined) this.#ground.connections.bySocket.get(named.socket)?.destroy();
    }
    const adopted = { fd: descriptors.get(device.socket)!, cursor: carried.cursor };
    this.#taken = { stack, adopted, belows };
  }

  serve(): void {
    const taken = this.#taken!;
    this.#taken = undefined;
    this.#stack = taken.stack;
    taken.stack.start(taken.adopted);
    this.#ground.connections.releaseAll();
  }

  stop(): string {
    const carried = this.#stack!.carryOut();
    this.#stack = undefined;
    return JSON.stringify(carried);
  }

  #accept(stream: Stream): StreamEvents {
    const below = new StreamBelow(stream);
    const name = formatEndpoint(stream.remote);
    this.#ground.connections.accept(below, name, (socket: SocketId) => {
      this.#ground.opened({ sockets: [{ socket, kind: 'stream', name }], descriptors: [] });
    });
    return below;
  }

  #nameOf(port: number): string {
    const { interface: name, addresses } = this.#options;
    return `${name} ${addresses.map(({ address }) => formatIp(address)).join(' ')} port ${port}`;
  }
}

function drawSeed(): number {
  return randomBytes(6).readUIntBE(0, 6);
}
