/** A node of a stack of ours and a kernel at the other end of its cable, with a daemon and hosts as asked for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { NetworkNamespace } from '../../linux/network-namespace.ts';
import { LineSplitter } from '../../trace/line-splitter.ts';
import { type DaemonOrder, daemonDescriptor } from '../interface-daemon/order.ts';
import { OwnCable } from '../interface-daemon/testing-own-cable.ts';
import { RealHost } from '../real-host.ts';
import { OwnHost } from './own-host.ts';

/** A process of an entry point of ours, in a namespace. */
export interface EntryProcess {
  readonly child: ChildProcess;
  /** All that it said on its second descriptor. */
  readonly records: readonly string[];
  say(line: string): void;
  /** Resolves with the next thing that it says on its first. */
  hear(): Promise<string>;
}

export class OwnBench extends OwnCable {
  readonly ownRecords: string[] = [];
  readonly #hosts: Disposable[] = [];
  readonly #children: ChildProcess[] = [];

  /** In a process of its own; resolves once its addresses answer. */
  async startDaemonProcess(order: DaemonOrder = this.order): Promise<EntryProcess> {
    const daemon = this.startEntry('interface-daemon', this.left);
    daemon.say(JSON.stringify(order));
    await daemon.hear();
    return daemon;
  }

  startEntry(name: string, namespace: NetworkNamespace): EntryProcess {
    const path = fileURLToPath(new URL(`../../cli/${name}.ts`, import.meta.url));
    const [enter, ...words] = ['nsenter', `--net=/proc/${process.pid}/fd/${namespace.fd}`];
    const child = spawn(enter!, [...words, process.execPath, path], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    const control = child.stdio[daemonDescriptor.control] as Duplex;
    const told = child.stdio[daemonDescriptor.records] as Duplex;
    const records: string[] = [];
    const lines = new LineSplitter((line) => records.push(line));
    told.on('data', (bytes: Buffer) => lines.take(bytes.toString()));
    control.on('error', () => undefined);
    return {
      child,
      records,
      say: (line) => void control.write(`${line}\n`),
      hear: async () => String((await once(control, 'data'))[0]),
    };
  }

  /** On the left, whose interface is ours. */
  ownHost(id = 'own'): OwnHost {
    const program = { id, traffic: 'test' };
    const write = (line: string) => this.ownRecords.push(line);
    const place = { node: 'left', namespace: this.left };
    return this.#keep(new OwnHost({ loop: this.loop, seed: 1, ...place, program, write }));
  }

  /** On the right, whose interface is a kernel's; on the left it is an unmodified application. */
  kernelHost(side: 'left' | 'right' = 'right'): RealHost {
    const program = { id: 'kernel', traffic: 'test' };
    const place = { node: side, namespace: this[side] };
    return this.#keep(new RealHost({ loop: this.loop, seed: 1, ...place, program, write() {} }));
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    for (const host of this.#hosts) host[Symbol.dispose]();
    for (const child of this.#children) await endChild(child);
    await super[Symbol.asyncDispose]();
  }

  #keep<T extends Disposable>(host: T): T {
    this.#hosts.push(host);
    return host;
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
