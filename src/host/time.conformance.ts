/** Clock, timers, records, lifecycle. */
import { nsPerMs } from '../base/time.ts';
import type { Host } from './host.ts';
import { type ConformanceCase, expectSoon, listen, payloadOf } from './pair.conformance.ts';

interface CalledTimer {
  /** It was due between these: a thread may lose its processor while it asks. */
  readonly leastNs: number;
  readonly mostNs: number;
  readonly calledNs: number;
}

/** One that was called after it had to be called before. */
function isOvertaken(timer: CalledTimer, at: number, called: readonly CalledTimer[]): boolean {
  return called.slice(at + 1).some(({ mostNs }) => mostNs < timer.leastNs);
}

export const timeCases: readonly ConformanceCase[] = [
  {
    title: 'timers call back in the order of their times, and not early',
    check: async (t, pair) => {
      const { clock } = pair.left.host;
      const called: CalledTimer[] = [];
      for (const delayMs of [30, 10, 20, 0]) {
        const leastNs = clock.nowNs() + delayMs * nsPerMs;
        clock.after(delayMs * nsPerMs, () =>
          called.push({ leastNs, mostNs, calledNs: clock.nowNs() }),
        );
        const mostNs = clock.nowNs() + delayMs * nsPerMs;
      }
      t.is(called.length, 0, 'a timer called back inside after()');
      await expectSoon(t, pair, () => called.length === 4, 'four timers');
      t.deepEqual(called.filter(isOvertaken), []);
      t.true(called.every(({ calledNs, leastNs }) => calledNs >= leastNs));
    },
  },
  {
    title: 'timers of one moment call back in the order in which they were asked for',
    check: async (t, pair) => {
      const order: number[] = [];
      for (let index = 0; index < 5; index++) {
        pair.left.host.clock.after(0, () => order.push(index));
      }
      await expectSoon(t, pair, () => order.length === 5, 'five timers');
      t.deepEqual(order, [0, 1, 2, 3, 4]);
    },
  },
  {
    title: 'a cancelled timer stays silent, and cancelling one that fired does nothing',
    check: async (t, pair) => {
      const called: string[] = [];
      const { clock } = pair.left.host;
      const early = clock.after(0, () => called.push('early'));
      const cancelled = clock.after(nsPerMs, () => called.push('cancelled'));
      cancelled.cancel();
      clock.after(2 * nsPerMs, () => called.push('late'));
      await expectSoon(t, pair, () => called.includes('late'), 'the last timer');
      early.cancel();
      cancelled.cancel();
      t.deepEqual(called, ['early', 'late']);
    },
  },
  {
    title: 'a timer asked for inside a timer, and one cancelled there, do as they are told',
    check: async (t, pair) => {
      const { clock } = pair.left.host;
      const called: string[] = [];
      clock.after(0, () => {
        clock.after(nsPerMs, () => called.push('inner'));
        victim.cancel();
      });
      const victim = clock.after(nsPerMs, () => called.push('victim'));
      await expectSoon(t, pair, () => called.includes('inner'), 'the inner timer');
      t.deepEqual(called, ['inner']);
    },
  },
  {
    title: 'the clock never goes back',
    check: async (t, pair) => {
      const { clock } = pair.left.host;
      const seenNs = [clock.nowNs(), clock.nowNs()];
      const look = () => {
        seenNs.push(clock.nowNs(), clock.nowNs());
        if (seenNs.length < 40) clock.after(1_000, look);
      };
      look();
      await expectSoon(t, pair, () => seenNs.length >= 40, 'twenty looks at the clock');
      t.deepEqual(
        seenNs,
        seenNs.toSorted((a, b) => a - b),
      );
      t.true(seenNs.every((atNs) => Number.isSafeInteger(atNs)));
    },
  },
  {
    title: 'a record carries its node, the time on its clock, and its fields as given',
    check: async (t, pair) => {
      const { host } = pair.left;
      const fields = { flow: 'download', n: 7, late: false, error: null, ports: [1, 2] };
      const beforeNs = host.clock.nowNs();
      host.records.record('probe.noted', fields);
      const afterNs = host.clock.nowNs();
      const noted = () => pair.records.find(({ kind }) => kind === 'probe.noted');
      await expectSoon(t, pair, () => noted() !== undefined, 'the record');
      const { tNs, ...rest } = noted()!;
      t.deepEqual(rest, { node: host.node, kind: 'probe.noted', ...fields });
      t.true(beforeNs <= tNs && tNs <= afterNs);
    },
  },
  {
    title: 'records of one node keep their order',
    check: async (t, pair) => {
      for (let n = 0; n < 50; n++) pair.left.host.records.record('probe.noted', { n });
      const noted = () => pair.records.filter(({ kind }) => kind === 'probe.noted');
      await expectSoon(t, pair, () => noted().length === 50, 'fifty records');
      t.deepEqual(
        noted().map(({ n }) => n),
        Array.from({ length: 50 }, (_, n) => n),
      );
    },
  },
  {
    title: 'a program that has finished is still called',
    check: async (t, pair) => {
      const heard = listen(pair.right.host, { family: 4, port: 7_000 });
      const { socket } = listen(pair.left.host, { family: 4 });
      let isCalled = false;
      pair.right.host.lifecycle.finish();
      pair.right.host.clock.after(0, () => {
        isCalled = true;
      });
      socket.send(payloadOf('late'), { address: pair.right.ipv4, port: 7_000 });
      const isHeard = () => isCalled && heard.arrivals.length === 1;
      await expectSoon(t, pair, isHeard, 'a timer and a datagram after the end');
      t.is(heard.socket.send(payloadOf('answer'), heard.arrivals[0]!.from), 'sent');
    },
  },
  lifecycleCase('ready', (host) => host.lifecycle.ready(), {}),
  lifecycleCase('finished', (host) => host.lifecycle.finish(), {}),
  lifecycleCase('failed', (host) => host.lifecycle.fail('no more paper'), {
    reason: 'no more paper',
  }),
];

function lifecycleCase(
  state: 'ready' | 'finished' | 'failed',
  say: (host: Host) => void,
  fields: Readonly<Record<string, string>>,
): ConformanceCase {
  return {
    title: `a program that says it is ${state} leaves a record of it`,
    check: async (t, pair) => {
      const { host } = pair.left;
      say(host);
      const said = () => pair.records.find(({ kind }) => kind === `program.${state}`);
      await expectSoon(t, pair, () => said() !== undefined, `program.${state}`);
      const { id, ...rest } = said()!;
      t.like(rest, { node: host.node, ...fields });
      t.is(typeof id, 'string');
    },
  };
}
