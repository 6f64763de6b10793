/**
 * Our TCP between two kernels, for tests with programs that nobody wrote for it:
 *
 *   client's kernel ── TUN, MTU 65535 ── our TCP ═ joined ═ our TCP ── TUN, MTU 1500, 0.5 ms ── server's kernel
 *
 * Each program speaks with its own kernel's TCP, and that with ours: in the role of a server to the left
 * one, of a client to the right one.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { familyOf, type Ip, parseIp } from '../../base/address.ts';
import { parsePrefix } from '../../base/prefix.ts';
import { nsPerMs } from '../../base/time.ts';
import type { VirtualInterface } from '../../host/host.ts';
import { changeLink } from '../../linux/link.ts';
import { NetworkNamespace, runInNamespace } from '../../linux/network-namespace.ts';
import { RouteSocket } from '../../linux/route-socket.ts';
import { linkOf } from '../../linux/testing-lab.ts';
import { PortSet } from '../../sockets/port-set.ts';
import type { PortWish } from '../../sockets/stream-ground.ts';
import { StreamTable } from '../../sockets/stream-table.ts';
import { TcpTermination } from '../../tunnel/tcp-termination.ts';
import { innerMtuBytes, VirtualGround } from '../../tunnel/virtual-ground.ts';
import { KernelLoop } from '../kernel-loop.ts';
import { RealHost } from '../real-host.ts';

export const serverAddress = { 4: '192.0.2.80', 6: '2001:db8:2::80' } as const;
const ownAddress = { 4: parseIp('192.0.2.1')!, 6: parseIp('2001:db8:2::1')! } as const;
const wireMtuBytes = 1_500;
/** Each way. */
const delayNs = 0.5 * nsPerMs;
const mostSeen = 2_000;

const freeOwner = {
  guard: (callback: () => void) => callback(),
  adopt: () => undefined,
  forget: () => undefined,
};

/** Our end on the server's side: one host with two addresses. */
class WireGround extends VirtualGround {
  readonly #ports = new PortSet();

  override sourceFor(destination: Ip): Ip {
    return ownAddress[familyOf(destination)];
  }

  override mtuTo(): number {
    return wireMtuBytes;
  }

  override takePort({ family, port }: PortWish): number | undefined {
    return this.#ports.take(this.random, family, port);
  }

  override givePort(port: number, family: 4 | 6): void {
    this.#ports.give(family, port);
  }
}

export class Between implements AsyncDisposable {
  readonly client = NetworkNamespace.create();
  readonly server = NetworkNamespace.create();
  readonly records: string[] = [];
  /** What passed on the server's side: the first packets. */
  readonly seen: { readonly atNs: number; readonly packet: Uint8Array }[] = [];
  readonly table: StreamTable;
  readonly #loop = new KernelLoop();
  readonly #hosts: RealHost[] = [];
  readonly #ground: WireGround;
  readonly #children = new Set<ChildProcess>();

  constructor() {
    for (const namespace of [this.client, this.server]) raiseLoopback(namespace);
    const far = this.#hostIn(this.server, 'far');
    this.#ground = new WireGround(far, () => this.table.wake());
    this.table = new StreamTable(this.#ground);
    const wire = far.openVirtualInterface(
      {
        ...{ name: 'wire', mtuBytes: wireMtuBytes },
        addresses: Object.values(serverAddress).map((text) =>
          parsePrefix(`${text}/${text.includes(':') ? 128 : 32}`),
        ) as never,
        routes: [parsePrefix('192.0.2.1/32')!, parsePrefix('2001:db8:2::1/128')!],
      },
      { packet: (packet) => this.#carry(packet, (copy) => this.table.receive(copy)) },
    );
    const inject = (packet: Uint8Array): 'accepted' => {
      this.#carry(packet, (copy) => void wire.inject(copy));
      return 'accepted';
    };
    this.#ground.attach({ name: wire.name, inject, close: () => wire.close() });
    this.#terminate();
  }

  /** Starts a program behind our TCP, or before it. */
  start(side: 'client' | 'server', argv: readonly string[]): ChildProcess {
    const [file, ...words] = argv;
    const child = runInNamespace(this[side], () =>
      spawn(file!, words, { stdio: ['pipe', 'pipe', 'pipe'], detached: true }),
    );
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /** Runs it to its end. */
  async run(side: 'client' | 'server', argv: readonly string[], input = ''): Promise<Ran> {
    const child = this.start(side, argv);
    const [out, err] = [collect(child.stdout!), collect(child.stderr!)];
    child.stdin!.on('error', () => undefined);
    child.stdin!.end(input);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout: out(), stderr: err().toString() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) killGroup(child);
    for (const host of this.#hosts) host[Symbol.dispose]();
    await this.#loop[Symbol.asyncDispose]();
    this.client[Symbol.dispose]();
    this.server[Symbol.dispose]();
  }

  #hostIn(namespace: NetworkNamespace, node: string): RealHost {
    const host = new RealHost({
      ...{ loop: this.#loop, node, seed: 1, namespace },
      program: { id: node, traffic: undefined },
      write: (line) => void this.records.push(line),
    });
    this.#hosts.push(host);
    return host;
  }

  #terminate(): void {
    const near = this.#hostIn(this.client, 'near');
    const termination = new TcpTermination({
      host: near,
      openFar: (to, events) => this.table.open({ to, noDelay: true }, events, freeOwner),
    });
    const virtual: VirtualInterface = near.openVirtualInterface(
      {
        ...{ name: 'virtual0', mtuBytes: innerMtuBytes },
        addresses: [parsePrefix('172.31.0.1/32')!, parsePrefix('fd72::1/128')!],
        routes: [parsePrefix('0.0.0.0/0')!, parsePrefix('::/0')!],
      },
      { packet: (packet) => termination.receive(packet) },
    );
    termination.attach(virtual);
  }

  #carry(packet: Uint8Array, arrive: (copy: Uint8Array) => void): void {
    const copy = packet.slice();
    if (this.seen.length < mostSeen) this.seen.push({ atNs: this.#loop.nowNs(), packet: copy });
    this.#loop.after(delayNs, () => arrive(copy));
  }
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** With whom it started: nginx has workers. */
function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}

function raiseLoopback(namespace: NetworkNamespace): void {
  using socket = runInNamespace(namespace, () => new RouteSocket());
  socket.apply([changeLink(linkOf(socket, 'lo')!.index, { up: true })]);
}

function collect(stream: NodeJS.ReadableStream): () => Buffer {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks);
}

/** Resolves once the child has written this. */
export async function untilSays(child: ChildProcess, word: string): Promise<void> {
  let text = '';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(word)) resolve();
    });
  }
  // Not its end: that may be heard of before what it said last.
  child.once('close', (code) => reject(new Error(`it ended with ${code} and said ${text}`)));
  child.once('error', reject);
  await promise;
}
