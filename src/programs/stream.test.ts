import test from 'ava';
import fc from 'fast-check';
import { FaultError } from '../base/errors.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { drawChance, seedRandom } from '../base/random.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import {
  type Carry,
  createFakeNetwork,
  type FakeNetwork,
  fakeDelayNs,
} from '../host/fake-network.ts';
import { drive, driveUntil } from '../host/fake-time.ts';
import type { Settings } from '../host/program.ts';
import { emitFlow, type FlowDatagram, flowIdOf, parseFlow } from '../wire/flow.ts';
import { isMalformed } from '../wire/malformed.ts';
import { flowPort, hasFinished, numbersOf, recordsOf, startFlow } from './flow-pair.ts';

const kindOf = (payload: Uint8Array) => {
  const datagram = parseFlow(payload, 0, payload.length);
  return isMalformed(datagram) ? 'malformed' : datagram.kind;
};

/** Carries all as usual but for what the function says otherwise about. */
function carryBut(decide: (kind: string, index: number) => readonly number[] | undefined): Carry {
  let index = 0;
  return ({ payload }) => decide(kindOf(payload), ++index) ?? [fakeDelayNs];
}

const byHand = { kind: 'data', flow: 0, number: 77, sentAtNs: 0, bytes: 24 } as const;

/** From port 5555 of the left node to where the right one waits. */
function sendByHand(network: FakeNetwork, datagram: FlowDatagram): void {
  const socket = network.left.host.openDatagramSocket(
    { family: 4, port: 5_555 },
    { received: () => {} },
  );
  const payload = new Uint8Array(datagram.bytes);
  emitFlow(payload, 0, datagram);
  const { address } = network.right.interfaces[0]!.addresses[0]!;
  socket.send(payload, { address, port: flowPort });
}

function runFlow(settings: Settings, carry?: Carry, opener: 'source' | 'sink' = 'sink') {
  const network = createFakeNetwork(carry);
  startFlow(opener, opener === 'sink' ? 'source' : 'sink', settings, network);
  const isDone = () => hasFinished(network, 'left') && hasFinished(network, 'right');
  const done = driveUntil(network.time, isDone, 60 * nsPerSecond);
  return { network, done };
}

for (const opener of ['source', 'sink'] as const) {
  test(`a flow that its ${opener} opens brings every datagram once, then both ends finish`, (t) => {
    const { network, done } = runFlow({ count: 50 }, undefined, opener);
    t.true(done);
    const all = Array.from({ length: 50 }, (_, at) => at + 1);
    t.deepEqual(numbersOf(network, 'datagram.sent'), all);
    t.deepEqual(numbersOf(network, 'datagram.received'), all);
    t.like(recordsOf(network, 'flow.ended')[0], { flow: 'download', sent: 50 });
    t.like(recordsOf(network, 'flow.complete')[0], { flow: 'download', received: 50 });
    t.like(recordsOf(network, 'flow.opened')[0], { tNs: 0, node: 'left', flow: 'download' });
    t.is(recordsOf(network, 'datagram.corrupt').length, 0);
  });
}

test('datagrams leave at exact multiples of payload over rate, however many', (t) => {
  // 1 200 bytes at 7 Mbit/s are 1 371 428.571… ns: rounding each gap would be off by 428 us at the end.
  const { network } = runFlow({ count: 1_000, rateBps: 7_000_000 });
  const sent = recordsOf(network, 'datagram.sent');
  const startNs = fakeDelayNs;
  for (const [at, { tNs }] of sent.entries()) {
    t.is(tNs, startNs + Math.round((at * 9_600_000_000) / 7_000), `datagram ${at + 1}`);
  }
});

test('the bytes that were asked for are the bytes that are sent, the last datagram the rest', (t) => {
  const cases = [
    { bytes: 3_000, payloadBytes: 1_200, sizes: [1_200, 1_200, 600] },
    { bytes: 2_400, payloadBytes: 1_200, sizes: [1_200, 1_200] },
    { bytes: 100, payloadBytes: 1_200, sizes: [100] },
    // A rest of 5 is smaller than a header: 19 bytes come from the datagram before.
    { bytes: 2_405, payloadBytes: 1_200, sizes: [1_200, 1_181, 24] },
    // Below a header there is nothing to borrow from.
    { bytes: 5, payloadBytes: 1_200, sizes: [24] },
  ];
  for (const { sizes, ...settings } of cases) {
    const { network } = runFlow(settings);
    t.deepEqual(
      recordsOf(network, 'datagram.received').map(({ bytes }) => bytes),
      sizes,
    );
  }
});

test('any bytes in datagrams of any size come out to the byte', (t) => {
  const totals = fc.integer({ min: 24, max: 20_000 });
  const payloads = fc.integer({ min: 48, max: 1_472 });
  fc.assert(
    fc.property(totals, payloads, (total, size) => {
      const { network } = runFlow({ bytes: total, payloadBytes: size, rateBps: 1e9 });
      const sizes = recordsOf(network, 'datagram.received').map(({ bytes }) => bytes);
      t.is(
        (sizes as number[]).reduce((sum, one) => sum + one, 0),
        total,
      );
    }),
    propertyRuns(50),
  );
});

test('the first end that is reached ends the flow', (t) => {
  const lengthOf = (settings: Settings) => numbersOf(runFlow(settings).network, 'datagram.sent');
  // 9.6 Mbit/s of 1 200 bytes is a datagram each millisecond, the first at 0.
  t.is(lengthOf({ forNs: 20 * nsPerMs }).length, 20);
  t.is(lengthOf({ forNs: 20 * nsPerMs + 1 }).length, 21);
  t.is(lengthOf({ forNs: 20 * nsPerMs, count: 7 }).length, 7);
  t.is(lengthOf({ forNs: 20 * nsPerMs, bytes: 12_000 }).length, 10);
});

test('a flow without an end goes on until it is stopped', (t) => {
  const network = createFakeNetwork();
  const flow = startFlow('sink', 'source', {}, network);
  drive(network.time, 100 * nsPerMs);
  t.is(numbersOf(network, 'datagram.sent').length, 100);
  flow.right.stop();
  flow.left.stop();
  drive(network.time, 100 * nsPerMs);
  t.is(numbersOf(network, 'datagram.sent').length, 100);
  t.is(network.time.waiting.length, 0);
  t.false(hasFinished(network, 'left'));
});

test('bursts begin with a datagram each and leave the off-time silent', (t) => {
  const settings = { generator: 'on-off', onNs: 3 * nsPerMs, offNs: 10 * nsPerMs, count: 8 };
  const { network } = runFlow(settings);
  t.deepEqual(
    recordsOf(network, 'datagram.sent').map(({ tNs }) => (tNs - fakeDelayNs) / nsPerMs),
    [0, 1, 2, 13, 14, 15, 26, 27],
  );
});

test('poisson gaps are exponential: mean, spread and the share of short ones', (t) => {
  const { network } = runFlow({ generator: 'poisson', count: 4_000 });
  const times = recordsOf(network, 'datagram.sent').map(({ tNs }) => tNs);
  const gaps = times.map((tNs, at) => (tNs - (times[at - 1] ?? fakeDelayNs)) / nsPerMs);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  const short = gaps.filter((gap) => gap < Math.LN2).length / gaps.length;
  // The mean of 4 000 has a deviation of 1/√4000 = 0.0158; that of the variance is √(8/4000) = 0.045;
  // half of all gaps lie below ln 2, give or take 0.0079. Four deviations each.
  t.true(Math.abs(mean - 1) < 0.064, `mean ${mean}`);
  t.true(Math.abs(variance - 1) < 0.18, `variance ${variance}`);
  t.true(Math.abs(short - 0.5) < 0.032, `short ${short}`);
});

test('a sink behind a NAT box opens late and again until the source hears it', (t) => {
  // The way in stands only after a packet went out, and the first three opens are lost.
  let opens = 0;
  let isMapped = false;
  const carry: Carry = ({ from, payload }) => {
    const goesOut = from.port !== flowPort;
    if (goesOut && kindOf(payload) === 'open' && ++opens <= 3) return [];
    isMapped ||= goesOut;
    return goesOut || isMapped ? [fakeDelayNs] : [];
  };
  const { network, done } = runFlow({ count: 5 }, carry);
  t.true(done);
  t.is(opens, 4);
  // 100, 200 and 400 ms of waiting, and the fourth open's way.
  t.is(recordsOf(network, 'datagram.sent')[0]!.tNs, 701 * nsPerMs);
  t.is(numbersOf(network, 'datagram.received').length, 5);
});

test('opens are repeated every second at most, and for ever', (t) => {
  const openTimes: number[] = [];
  const network = createFakeNetwork(({ sentAtNs }) => {
    openTimes.push(sentAtNs / nsPerMs);
    return [];
  });
  startFlow('source', 'sink', { count: 1 }, network);
  drive(network.time, 4 * nsPerSecond);
  t.deepEqual(openTimes, [0, 100, 300, 700, 1_500, 2_500, 3_500]);
  t.is(recordsOf(network, 'datagram.sent').length, 0);
  t.is(recordsOf(network, 'flow.opened').length, 1);
});

test('with every datagram lost the sink completes with none', (t) => {
  const lost = carryBut((kind) => (kind === 'data' ? [] : undefined));
  const { network, done } = runFlow({ count: 20 }, lost);
  t.true(done);
  t.like(recordsOf(network, 'flow.ended')[0], { sent: 20 });
  t.like(recordsOf(network, 'flow.complete')[0], { received: 0 });
});

test('with the way dead from the start neither end finishes', (t) => {
  const { network, done } = runFlow({ count: 20 }, () => []);
  t.false(done);
  t.is(recordsOf(network, 'flow.ended').length, 0);
});

test('a double is noted twice and counted once', (t) => {
  const doubled = carryBut((kind) =>
    kind === 'data' ? [fakeDelayNs, 2 * fakeDelayNs] : undefined,
  );
  const { network } = runFlow({ count: 10 }, doubled);
  t.is(numbersOf(network, 'datagram.received').length, 20);
  t.like(recordsOf(network, 'flow.complete')[0], { received: 10 });
});

test('a straggler after the end is still counted', (t) => {
  let held = 0;
  const straggling = carryBut((kind) => {
    const isFirst = kind === 'data' && ++held === 1;
    return isFirst ? [900 * nsPerMs] : undefined;
  });
  const { network } = runFlow({ count: 5 }, straggling);
  t.deepEqual(numbersOf(network, 'datagram.received'), [2, 3, 4, 5, 1]);
  t.like(recordsOf(network, 'flow.complete')[0], { received: 5 });
  // Sent at 1 ms, there at 901 ms, and a second of quiet.
  t.is(recordsOf(network, 'flow.complete')[0]!.tNs, 1_901 * nsPerMs);
});

test('ends and their answers may be lost, even for longer than the sink lingers', (t) => {
  let answers = 0;
  const { network, done } = runFlow(
    { count: 5 },
    carryBut((kind) => (kind === 'end-ack' && ++answers <= 6 ? [] : undefined)),
  );
  t.true(done);
  t.is(answers, 7);
  const completed = recordsOf(network, 'flow.complete');
  t.is(completed.length, 1);
  t.is(recordsOf(network, 'program.finished').length, 2);
});

test('a corrupt datagram is noted as such and not as received', (t) => {
  let index = 0;
  const { network, done } = runFlow({ count: 5 }, ({ payload }) => {
    if (kindOf(payload) === 'data' && ++index === 2) payload[600]! ^= 4;
    return [fakeDelayNs];
  });
  t.true(done);
  t.deepEqual(numbersOf(network, 'datagram.received'), [1, 3, 4, 5]);
  t.is(recordsOf(network, 'datagram.corrupt').length, 1);
});

test('a datagram of another flow is a stray', (t) => {
  const network = createFakeNetwork();
  startFlow('source', 'sink', { count: 5 }, network);
  sendByHand(network, { ...byHand, kind: 'data', flow: flowIdOf('upload') });
  drive(network.time, 5 * fakeDelayNs);
  t.is(recordsOf(network, 'datagram.stray').length, 1);
  t.false(numbersOf(network, 'datagram.received').includes(byHand.number));
});

test('a port nobody listens on is a path error, and the opening goes on', (t) => {
  const network = createFakeNetwork();
  const { right } = startFlow('source', 'sink', { count: 1 }, network);
  right.stop();
  drive(network.time, 350 * nsPerMs);
  t.deepEqual(
    recordsOf(network, 'path.error').map(({ error }) => error),
    ['port-unreachable', 'port-unreachable'],
  );
});

test('an open from another address moves the stream there', (t) => {
  const seen = new Set<string>();
  const network = createFakeNetwork(({ to, payload }) => {
    seen.add(`${kindOf(payload)} to ${to.port}`);
    return [fakeDelayNs];
  });
  startFlow('sink', 'source', { count: 100 }, network);
  drive(network.time, 20 * nsPerMs);
  t.false(seen.has('data to 5555'));
  sendByHand(network, { ...byHand, kind: 'open', flow: flowIdOf('download') });
  drive(network.time, 20 * nsPerMs);
  t.true(seen.has('open-ack to 5555') && seen.has('data to 5555'));
});

test('whatever is lost, doubled and delayed, the books balance', (t) => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(50), fc.nat(30), (seed, lossPercent, doublePercent) => {
      const random = seedRandom(seed, 'carry');
      const { network, done } = runFlow({ count: 200 }, () => {
        if (drawChance(random, lossPercent / 100)) return [];
        const delays = [fakeDelayNs, fakeDelayNs * 5];
        return drawChance(random, doublePercent / 100) ? delays : [delays[seed % 2]!];
      });
      t.true(done);
      const received = numbersOf(network, 'datagram.received');
      t.true(received.every((n) => n >= 1 && n <= 200));
      t.like(recordsOf(network, 'flow.complete')[0], { received: new Set(received).size });
      t.like(recordsOf(network, 'flow.ended')[0], { sent: 200 });
    }),
    propertyRuns(30),
  );
});

test('nonsense from the plan is a fault', (t) => {
  const wrong: Settings[] = [{ rateBps: null }, { payloadBytes: 23 }, { generator: 'fountain' }];
  for (const settings of wrong) {
    const error = t.throws(() => startFlow('sink', 'source', settings), { instanceOf: FaultError });
    t.is(error!.code, 'wrong-setting');
  }
});

test('a source that was held up catches up at twice its pace, and not in one burst', (t) => {
  const network = createFakeNetwork();
  // One datagram a millisecond.
  const settings = { count: 200, rateBps: 8_000_000, payloadBytes: 1_000 };
  startFlow('sink', 'source', settings, network);
  drive(network.time, 50 * nsPerMs);
  const before = numbersOf(network, 'datagram.sent').length;
  network.time.nowNs += 40 * nsPerMs;
  const heldUpNs = network.time.nowNs;
  drive(network.time, 60 * nsPerMs);
  const times = recordsOf(network, 'datagram.sent').map(({ tNs }) => tNs);
  const within = (ms: number) =>
    times.filter((tNs) => tNs >= heldUpNs && tNs < heldUpNs + ms * nsPerMs);
  t.true(within(1).length <= 4, `${within(1).length} at once`);
  // 40 of the stall, and one in each millisecond since then: nothing is lost but the burst.
  t.true(within(60).length >= 99);
  t.true(times.length >= before + 99);
  t.true(within(30).length < 65);
});
