/** Who does not read shuts its window; it is asked again and again, and gets all of it in the end. */
import type { ExecutionContext } from 'ava';
import type { Family } from '../../base/address.ts';
import { never, nsPerMs, nsPerSecond } from '../../base/time.ts';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import type { Connection } from '../../tcp/connection.ts';
import { connectPair, delayNs, isProof, mib, type Opener } from './testing-kernel-pair.ts';
import { makeEnd, workKernelEnd, workMachineEnd } from './testing-streams.ts';

/** More than either end takes in that nobody reads. */
const bytes = 16 * mib;
const shutNs = (isProof ? 60 : 2) * nsPerSecond;

/** Of the kernel's window we know what it told last. */
function isShut({ send, receive }: Connection, reader: Opener): boolean {
  return reader === 'kernel' ? send.windowBytes === 0 : receive.offeredTo === receive.nxt;
}

/** Whatever was under way has long arrived by then. */
const settledNs = 100 * nsPerMs;

async function shutWindow(
  t: ExecutionContext,
  family: Family,
  opener: Opener,
  reader: Opener,
): Promise<void> {
  using pair = await connectPair(family, opener, { delayNs });
  const { far, fd, connection } = pair;
  const [kernel, machine] = [makeEnd(), makeEnd()];
  const reads = reader === 'kernel' ? kernel : machine;
  let shutAtNs = never;
  let wasAsked = false;
  let wasShutToTheEnd: boolean | undefined;
  const totalOf = (end: typeof reads) => (end === reads ? 1 : bytes);
  const isDone = (): boolean => {
    const isReading = far.nowNs() > shutAtNs + shutNs;
    if (isShut(connection, reader)) shutAtNs = Math.min(shutAtNs, far.nowNs());
    if (isReading) wasShutToTheEnd ??= isShut(connection, reader);
    else wasAsked ||= connection.receive.lastAtNs > shutAtNs + settledNs;
    workKernelEnd(kernel, fd, totalOf(kernel), reader === 'machine' || isReading);
    workMachineEnd(machine, far, connection, totalOf(machine), reader === 'kernel' || isReading);
    return kernel.hasEnded && machine.hasEnded;
  };
  t.true(await far.run(isDone, shutNs + 60 * nsPerSecond), `${reads.read} of ${bytes}`);
  t.true(wasShutToTheEnd, 'it did not stay shut');
  // The kernel's probe, or its answer to ours (RFC 9293 3.8.6.1).
  t.true(wasAsked, 'nobody asked whether it had opened');
  t.like(reads, { read: bytes, wrongAt: -1, brokenBy: 0 });
}

const wordOf = { kernel: 'the kernel', machine: 'our machine' } as const;

for (const family of [4, 6] as const) {
  for (const opener of ['kernel', 'machine'] as const) {
    for (const reader of ['kernel', 'machine'] as const) {
      test(`IPv${family}, ${wordOf[opener]} opens: ${wordOf[reader]} does not read, its window stays shut, and then it gets all of it`, async (t) => {
        t.timeout(200_000);
        await shutWindow(t, family, opener, reader);
      });
    }
  }
}
