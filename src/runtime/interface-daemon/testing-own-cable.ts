/** A cable for tests: the left end belongs to a stack of ours, the right one to a kernel. */
import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { parseIp } from '../../base/address.ts';
import { parsePrefix } from '../../base/prefix.ts';
import { changeLink, createVethPair } from '../../linux/link.ts';
import { addAddress } from '../../linux/link-address.ts';
import { setOffloads } from '../../linux/link-offload.ts';
import { NetworkNamespace, runInNamespace } from '../../linux/network-namespace.ts';
import { RouteSocket, routeGroup } from '../../linux/route-socket.ts';
import { linkOf, waitFor } from '../../linux/testing-lab.ts';
import { KernelLoop } from '../kernel-loop.ts';
import { InterfaceDaemon } from './interface-daemon.ts';
import type { DaemonOrder } from './order.ts';

const run = promisify(execFile);

/** What applications of the left have as theirs. */
export const applications = {
  device: 'applications',
  addresses: ['192.0.0.2/32', 'fd72:6f70:6577::2/128'].map((text) => parsePrefix(text)!),
};

export const rightAddress = { 4: parseIp('192.0.2.2')!, 6: parseIp('2001:db8:1::2')! } as const;
export const leftAddress = { 4: parseIp('192.0.2.1')!, 6: parseIp('2001:db8:1::1')! } as const;

export class OwnCable implements AsyncDisposable {
  readonly loop = new KernelLoop();
  readonly left = NetworkNamespace.create();
  readonly right = NetworkNamespace.create();
  readonly records: string[] = [];
  readonly #daemons: InterfaceDaemon[] = [];

  constructor() {
    using left = this.#socketIn(this.left);
    using right = this.#socketIn(this.right);
    const end = { name: 'cable', mtuBytes: 1_500 };
    left.apply([createVethPair(end, { ...end, namespaceFd: this.right.fd })]);
    const { index } = linkOf(right, 'cable')!;
    right.apply([
      addAddress(index, parsePrefix('192.0.2.2/24')!),
      addAddress(index, parsePrefix('2001:db8:1::2/64')!),
      changeLink('lo', { up: true }),
      changeLink('cable', { up: true }),
    ]);
    runInNamespace(this.right, () => setOffloads('cable', false));
    left.apply([changeLink('lo', { up: true }), changeLink('cable', { up: true })]);
    for (const end of [this.left, this.right]) this.#awaitCarrier(end);
  }

  get order(): DaemonOrder {
    using socket = this.#socketIn(this.left);
    const { mac } = linkOf(socket, 'cable')!;
    const addresses = ['192.0.2.1/24', '2001:db8:1::1/64'].map((text) => parsePrefix(text)!);
    return {
      node: 'left',
      seed: 1,
      start: this.loop.start,
      forwards: false,
      interfaces: [{ name: 'wire', device: 'cable', mac, mtuBytes: 1_500, addresses }],
      routes: [],
    };
  }

  startDaemon(order: DaemonOrder = this.order): InterfaceDaemon {
    const write = (line: string) => this.records.push(line);
    const daemon = runInNamespace(
      this.left,
      () => new InterfaceDaemon({ loop: this.loop, order, write }),
    );
    this.#daemons.push(daemon);
    return daemon;
  }

  setCarrier(up: boolean): void {
    using right = this.#socketIn(this.right);
    right.apply([changeLink('cable', { up })]);
  }

  /** Of the left end alone. */
  setMtu(mtuBytes: number): void {
    using left = this.#socketIn(this.left);
    left.apply([changeLink('cable', { mtuBytes })]);
  }

  /** Resolves when there is something to read, or somebody to accept. */
  async readable(fd: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const watch = this.loop.watch(fd, () => resolve());
    await promise;
    watch.close();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.loop.nextTurn();
  }

  /** Asks again in each turn, of which there is one every millisecond at least. */
  async eventually(condition: () => boolean): Promise<void> {
    while (!condition()) await this.turn();
  }

  /** All that is there to be heard has been heard after it. */
  async turn(): Promise<void> {
    const tick = this.loop.after(1_000_000, () => undefined);
    await this.loop.nextTurn();
    tick.cancel();
  }

  /** What a program of the machine printed there, or why it failed. */
  async exec(side: 'left' | 'right', ...argv: readonly string[]): Promise<string> {
    const net = `--net=/proc/${process.pid}/fd/${this[side].fd}`;
    try {
      const { stdout } = await run('nsenter', [net, ...argv], { timeout: 20_000 });
      return stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return `failed: ${stdout}${stderr}`;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const daemon of this.#daemons) daemon[Symbol.dispose]();
    await this.loop[Symbol.asyncDispose]();
    this.left[Symbol.dispose]();
    this.right[Symbol.dispose]();
  }

  #awaitCarrier(end: NetworkNamespace): void {
    using events = this.#socketIn(end, routeGroup.links);
    using socket = this.#socketIn(end);
    waitFor(events, () => linkOf(socket, 'cable')!.isRunning);
  }

  #socketIn(namespace: NetworkNamespace, groups = 0): RouteSocket {
    return runInNamespace(namespace, () => new RouteSocket(groups));
  }
}
