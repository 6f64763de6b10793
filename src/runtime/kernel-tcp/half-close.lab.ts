/** One end has said all and reads on; the other answers only then. Our machine with the kernel, in both parts. */
import type { ExecutionContext } from 'ava';
import type { Family } from '../../base/address.ts';
import { nsPerSecond } from '../../base/time.ts';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import type { TcpState } from '../../tcp/connection.ts';
import { connectPair, delayNs, isProof, mib, type Opener } from './testing-kernel-pair.ts';
import { makeEnd, workKernelEnd, workMachineEnd } from './testing-streams.ts';

const questionBytes = 1_000;
const answerBytes = isProof ? 16 * mib : mib;
/** In the proof longer than FIN-WAIT-2 is kept for a user who is gone, which this one is not. */
const quietNs = (isProof ? 65 : 0.3) * nsPerSecond;

async function halfClose(
  t: ExecutionContext,
  family: Family,
  opener: Opener,
  closer: Opener,
): Promise<void> {
  using pair = await connectPair(family, opener, { delayNs });
  const { far, fd, connection } = pair;
  const [kernel, machine] = [makeEnd(), makeEnd()];
  const [asks, answers] = closer === 'kernel' ? [kernel, machine] : [machine, kernel];
  let heardAllNs = Number.POSITIVE_INFINITY;
  let whenQuiet: TcpState | undefined;
  const isDone = (): boolean => {
    if (answers.hasEnded) heardAllNs = Math.min(heardAllNs, far.nowNs());
    const isAnswering = far.nowNs() >= heardAllNs + quietNs;
    if (isAnswering) whenQuiet ??= connection.state;
    const totalOf = (end: typeof asks) =>
      end === asks ? questionBytes : isAnswering ? answerBytes : 0;
    workKernelEnd(kernel, fd, totalOf(kernel));
    workMachineEnd(machine, far, connection, totalOf(machine));
    return kernel.hasEnded && machine.hasEnded;
  };
  t.true(await far.run(isDone, quietNs + 60 * nsPerSecond), `${asks.read} of ${answerBytes}`);
  t.is(whenQuiet, closer === 'machine' ? 'fin-wait-2' : 'close-wait');
  t.like(answers, { read: questionBytes, wrongAt: -1, brokenBy: 0 });
  t.like(asks, { read: answerBytes, wrongAt: -1, brokenBy: 0 });
}

const wordOf = { kernel: 'the kernel', machine: 'our machine' } as const;

for (const family of [4, 6] as const) {
  for (const opener of ['kernel', 'machine'] as const) {
    for (const closer of ['kernel', 'machine'] as const) {
      test(`IPv${family}, ${wordOf[opener]} opens: ${wordOf[closer]} ends its stream, is quiet for a while, and gets all of the answer`, async (t) => {
        t.timeout(200_000);
        await halfClose(t, family, opener, closer);
      });
    }
  }
}
