/** A socket of the kernel's and our machine, connected over a way. */
import process from 'node:process';
import { type Family, parseIp } from '../../base/address.ts';
import { nsPerMs, nsPerSecond } from '../../base/time.ts';
import type { Connection } from '../../tcp/connection.ts';
import { listen } from '../../tcp/listeners.ts';
import { openConnection } from '../../tcp/open.ts';
import { KernelNetwork } from './kernel-network.ts';
import { FarSide, type Way } from './testing-far-side.ts';
import { KernelEnd } from './testing-kernel-end.ts';

export const addresses = {
  4: { kernel: parseIp('192.0.2.2')!, far: parseIp('192.0.2.1')! },
  6: { kernel: parseIp('2001:db8::2')!, far: parseIp('2001:db8::1')! },
} as const;
export const kernelPort = 7_000;
export const farPort = 8_000;
export const delayNs = 0.5 * nsPerMs;
export const mib = 1_048_576;
/** In `make prove` streams are as long as the proof asks for. */
export const isProof = process.env['ROPEWALK_PROOF_ROUND'] !== undefined;

export interface Pair extends Disposable {
  readonly far: FarSide;
  readonly fd: number;
  /** Of the kernel's, where it listens. */
  readonly listener: number;
  readonly connection: Connection;
  closeKernelEnd(): void;
}

export type Opener = 'kernel' | 'machine';

export async function connectPair(
  family: Family,
  opener: Opener,
  way: Way,
  seed = 1,
): Promise<Pair> {
  const stack = new DisposableStack();
  const network = stack.use(new KernelNetwork(addresses[family].kernel));
  const far = new FarSide(network, () => kernelPort, way, seed);
  const kernelEnd = { address: addresses[family].kernel, port: kernelPort };
  const farEnd = { address: addresses[family].far, port: farPort };
  const end = stack.use(new KernelEnd(network, { family, local: kernelEnd }));
  if (opener === 'kernel') {
    listen(far.machine, { port: farPort });
    end.connect(farEnd);
  } else {
    end.listen();
    openConnection(far.machine, far.nowNs(), { local: farEnd, remote: kernelEnd }, far.sink);
  }
  const isOpen = (): boolean => end.take() !== undefined && far.connected.length > 0;
  if (!(await far.run(isOpen, 60 * nsPerSecond))) throw new Error('they did not connect');
  const [connection] = far.connected as [Connection];
  const dispose = (): void => stack.dispose();
  return {
    far,
    fd: end.take()!,
    listener: end.socket,
    connection,
    closeKernelEnd: () => end.close(),
    [Symbol.dispose]: dispose,
  };
}
