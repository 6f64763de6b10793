/** Interface daemons on a thread of their own, as many as a test asks for: hosts block while they ask. */
import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { NetworkNamespace, runInNamespace } from '../../linux/network-namespace.ts';
import { InterfaceDaemon } from '../interface-daemon/interface-daemon.ts';
import type { DaemonOrder } from '../interface-daemon/order.ts';
import { KernelLoop } from '../kernel-loop.ts';

type Told =
  | {
      readonly kind: 'start';
      readonly id: number;
      readonly fd: number;
      readonly order: DaemonOrder;
    }
  | { readonly kind: 'stop'; readonly id: number }
  | { readonly kind: 'end' };
type Said =
  | { readonly kind: 'ready' | 'stopped'; readonly id: number }
  | { readonly kind: 'record'; readonly id: number; readonly line: string };

export interface TestDaemon extends AsyncDisposable {
  readonly records: readonly string[];
}

const marker = 'ropewalk-test-daemons';

let worker: Worker | undefined;
let started = 0;
let standing = 0;

/** Resolves once its addresses answer. */
export async function startTestDaemon(
  { fd }: NetworkNamespace,
  order: DaemonOrder,
): Promise<TestDaemon> {
  worker ??= new Worker(new URL(import.meta.url), { workerData: marker }).setMaxListeners(1_000);
  standing += 1;
  const [id, at] = [started++, worker];
  const records: string[] = [];
  const ready = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const listen = (said: Said) => {
    if (said.id !== id) return;
    if (said.kind === 'record') records.push(said.line);
    else (said.kind === 'ready' ? ready : stopped).resolve();
  };
  at.on('message', listen);
  at.on('error', ready.reject);
  const tell = (told: Told) => at.postMessage(told);
  tell({ kind: 'start', id, fd, order });
  await ready.promise;
  return {
    records,
    [Symbol.asyncDispose]: async () => {
      tell({ kind: 'stop', id });
      await stopped.promise;
      at.off('message', listen);
      standing -= 1;
      if (standing > 0) return;
      worker = undefined;
      at.postMessage({ kind: 'end' } satisfies Told);
      await once(at, 'exit');
    },
  };
}

function serve(): void {
  const say = (said: Said) => parentPort!.postMessage(said);
  const loop = new KernelLoop();
  const daemons = new Map<number, InterfaceDaemon>();
  parentPort!.on('message', async (told: Told) => {
    if (told.kind === 'end') {
      await loop[Symbol.asyncDispose]();
      parentPort!.close();
      return;
    }
    const { id } = told;
    if (told.kind === 'stop') {
      daemons.get(id)?.[Symbol.dispose]();
      daemons.delete(id);
      say({ kind: 'stopped', id });
      return;
    }
    using namespace = NetworkNamespace.open(`/proc/self/fd/${told.fd}`);
    const write = (line: string) => say({ kind: 'record', id, line });
    const options = { loop, order: told.order, write };
    daemons.set(
      id,
      runInNamespace(namespace, () => new InterfaceDaemon(options)),
    );
    say({ kind: 'ready', id });
  });
}

if (workerData === marker && parentPort !== null) serve();
