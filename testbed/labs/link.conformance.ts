/** What a link does to frames, and what becomes of it in an event. */
import { nsPerSecond, serialisationNs } from '../../src/base/time.ts';
import { isMalformed } from '../../src/wire/malformed.ts';
import { readPcapng } from '../../src/wire/pcapng.ts';
import { ms, traffic } from '../plan/testing-topology.ts';
import type { ChangeModel } from '../schema/model.ts';
import {
  answersAround,
  asking,
  cable,
  eventAt,
  finished,
  type LabCase,
  leewayNs,
  type TestedSample,
} from './tested-lab.conformance.ts';

const headerBytes = 8 + 20 + 14;
/** Of a link that is given none. */
const queueFrames = 20;
const deaf: ChangeModel = {
  kind: 'link-set',
  link: 'wire',
  toward: { server: { loss: { model: 'independent', ratio: 1 } } },
};

function countersOf({ of }: TestedSample, toward: string) {
  return of('link.counters', { link: 'wire', toward })[0]!;
}

/**
 * Of the run's actions at worst, as it recorded them; between being noted and being written each may wait for
 * a processor once more. Over ssh from a Mininet machine they are on their way for a time that nobody records.
 */
function latenessOf({ of }: TestedSample): number {
  const worst = ['lab.lateness', 'machine.lateness'].map((kind) => of(kind)[0]?.['worstNs'] ?? 0);
  return worst.reduce<number>((sum, ns) => sum + (ns as number), 0) + writingNs;
}

/** From an action's beginning to its record, code that ran for the first time included. */
const writingNs = ms(1);

export const linkCases: readonly LabCase[] = [
  {
    title: 'nothing is faster than the delay and the rate of its link',
    async check(t, lab) {
      const rateBps = 1_000_000;
      const { outcome, of } = await lab.run(cable([asking({ payloadBytes: 500 })], { rateBps }));
      t.deepEqual(outcome, finished);
      const leastNs = 2 * (ms(10) + serialisationNs(500 + headerBytes, rateBps));
      const roundTrips = of('response.received').map(({ rttNs }) => rttNs as number);
      t.is(roundTrips.length, 20);
      for (const rttNs of roundTrips) t.true(rttNs >= leastNs);
      t.true(Math.min(...roundTrips) < leastNs + leewayNs * lab.pace);
    },
  },
  {
    title: 'a full link carries its rate and no more, and its queue drops the rest',
    async check(t, lab) {
      const rateBps = 2_000_000;
      const flow = traffic('flow', 'phone', 'server', { count: 500, rateBps: 2 * rateBps });
      const sample = await lab.run(cable([flow], { rateBps }));
      t.deepEqual(sample.outcome, finished);
      const received = sample.of('datagram.received');
      const sentNs = sample.of('datagram.sent').map(({ tNs }) => tNs);
      // Noted just after the first was handed over; a receiver that sleeps hears of its first ones late.
      const spanNs = received.at(-1)!.tNs - sentNs[0]!;
      const frameNs = serialisationNs(1_000 + headerBytes, rateBps);
      t.true(spanNs >= (received.length - 1) * frameNs);
      t.is(
        sample.of('link.dropped', { toward: 'server', bytes: 1_000 + headerBytes }).length,
        500 - received.length,
      );
      // As long as is sent the link is busy; then its queue goes out. A sender that is held up leaves it more time.
      const carried = Math.min(500, (sentNs.at(-1)! - sentNs[0]!) / frameNs + queueFrames);
      t.true(received.length > 200 && received.length < 1.15 * carried, `${received.length}`);
      if (lab.lab.name === 'sim') t.true(received.length < 350);
    },
  },
  {
    title: 'losses are counted, and are those that the receiver misses',
    async check(t, lab) {
      const flow = traffic('flow', 'phone', 'server', { count: 1_000, rateBps: 8_000_000 });
      const loss = { model: 'independent', ratio: 0.1 } as const;
      const sample = await lab.run(cable([flow], {}, {}));
      const lossy = await lab.run(cable([flow], { loss }));
      t.deepEqual([sample.outcome, lossy.outcome], [finished, finished]);
      t.is(sample.of('datagram.received').length, 1_000);
      const missed = 1_000 - lossy.of('datagram.received').length;
      // Four standard deviations of a binomial with n = 1000, p = 0.1 are 38.
      t.true(missed > 62 && missed < 138, `${missed} missed`);
      t.true((countersOf(lossy, 'server')['lostFrames'] as number) >= missed);
    },
  },
  {
    title: 'a link that is down carries nothing, and carries again when it is up',
    async check(t, lab) {
      const events = [eventAt(400, { kind: 'link-down', link: 'wire' }, 500)];
      const sample = await lab.run(
        cable([asking({ count: 150, intervalNs: ms(20) })], {}, { events }),
      );
      t.deepEqual(sample.outcome, finished);
      const { before, within, after } = answersAround(sample);
      t.is(within, 0);
      t.true(before > 0 && after > 0, `${before} before, ${after} after`);
      t.true(sample.of('request.timed-out').length > 0);
    },
  },
  {
    title: 'what is set for a while is afterwards what it was before, of that direction alone',
    async check(t, lab) {
      const events = [eventAt(300, deaf, 400)];
      const sample = await lab.run(
        cable([asking({ count: 150, intervalNs: ms(20) })], {}, { events }),
      );
      t.deepEqual(sample.outcome, finished);
      const { within, after } = answersAround(sample);
      t.is(within, 0);
      t.true(after > 0);
      const lost = sample.of('link.dropped', { reason: 'lost' });
      t.true(lost.length > 0);
      t.true(lost.every(({ toward }) => toward === 'server'));
    },
  },
  {
    title: 'the inverse of a change is what stands before it, however often it changed',
    async check(t, lab) {
      await using live = await lab.up(cable([]));
      const delay = (delayNs: number): ChangeModel => ({
        kind: 'link-set',
        link: 'wire',
        toward: { phone: { delayNs } },
      });
      t.deepEqual(live.inverseOf(delay(0)), delay(ms(10)));
      live.apply(delay(ms(70)));
      t.deepEqual(live.inverseOf(delay(0)), delay(ms(70)));
      const down = { kind: 'link-down', link: 'wire' } as const;
      t.is(live.inverseOf(down).kind, 'link-up');
      live.apply(down);
      t.is(live.inverseOf(down).kind, 'link-down');
      await live.settle();
    },
  },
  {
    title:
      'events come on time: in order, never early, and no later than the run says that it was late',
    async check(t, lab) {
      const events = [100, 250, 400].map((atMs) => eventAt(atMs, deaf, 50));
      const sample = await lab.run(
        cable([asking({ count: 20, intervalNs: ms(40) })], {}, { events }),
      );
      const { outcome, of, t0Ns } = sample;
      t.deepEqual(outcome, finished);
      const latestMs = latenessOf(sample) / ms(1);
      const offsets = (kind: string) => of(kind).map(({ tNs }) => (tNs - t0Ns) / ms(1));
      const dueMs = { 'event.began': [100, 250, 400], 'event.ended': [150, 300, 450] };
      for (const [kind, due] of Object.entries(dueMs)) {
        t.is(offsets(kind).length, due.length);
        for (const [at, offset] of offsets(kind).entries()) {
          t.true(offset >= due[at]! * lab.pace, `${kind} at ${offset} ms`);
          // What ends counts from when it began, which was late before it.
          const times = kind === 'event.began' ? 1 : 2;
          const most = due[at]! * lab.pace + times * latestMs;
          if (lab.lab.name !== 'mininet')
            t.true(offset <= most, `${kind} at ${offset} > ${most} ms`);
        }
        t.deepEqual(
          offsets(kind),
          offsets(kind).toSorted((a, b) => a - b),
        );
      }
    },
  },
  {
    title: 'a capture holds each frame at both of its ends',
    async check(t, lab) {
      const sample = await lab.run(cable([asking({ count: 3 })]), { captures: true });
      t.deepEqual(sample.outcome, finished);
      const read = readPcapng(sample.capture);
      if (isMalformed(read)) return t.fail(read.malformed);
      const names = read.flatMap((block) => (block.kind === 'interface' ? [block.name] : []));
      t.deepEqual(names.toSorted(), ['phone:wire', 'server:wire']);
      const sent = read.filter(
        (block) => block.kind === 'packet' && block.bytes.length === 100 + headerBytes,
      );
      // Three questions and three answers, each as it leaves and as it arrives.
      t.is(sent.length, 12);
    },
  },
  {
    title: 'time is counted from the start of the run and goes on',
    async check(t, lab) {
      await using live = await lab.up(cable([]));
      const seen: number[] = [];
      const beganNs = live.nowNs();
      live.at(beganNs + ms(20), () => seen.push(live.nowNs()));
      live.at(beganNs + ms(10), () => seen.push(live.nowNs()));
      live.at(0, () => seen.push(live.nowNs()));
      live.at(beganNs + ms(30), () => live.halt());
      t.is(await live.drive(beganNs + 10 * nsPerSecond, new AbortController().signal), 'halted');
      t.is(seen.length, 3);
      for (const [at, dueMs] of [0, 10, 20].entries()) t.true(seen[at]! >= beganNs + ms(dueMs));
      await live.settle();
    },
  },
];
