/** Applications' TCP that ends at a virtual interface: what they see is what is there. */
import test from 'ava';
import fc from 'fast-check';
import { nsPerSecond } from '../base/time.ts';
import { driveUntil } from '../host/fake-time.ts';
import type { StreamEnd } from '../host/stream.ts';
import {
  type Bench,
  createBench,
  endpoint,
  type KeptEvents,
  kindsFor,
  type StubStream,
} from './testing-application.ts';

const web = endpoint('198.51.100.80', 443);
const webV6 = endpoint('2001:db8::80', 443);

function soon(bench: Bench, condition: () => boolean): boolean {
  return driveUntil(bench.time, condition, 60 * nsPerSecond);
}

/** A stream of an application's, joined to its far side. */
function join(bench: Bench, to = web): readonly [KeptEvents, StubStream] {
  const kept = bench.connect(to);
  const before = bench.far.length;
  soon(bench, () => bench.far.length > before);
  const far = bench.far.at(-1)!;
  far.events.connected?.();
  soon(bench, () => kept.told.includes('connected') && !far.isPaused);
  return [kept, far];
}

function patternOf(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 31 + (at >>> 8)) & 255));
}

test('a connection is told of to its application only once the far side stands', (t) => {
  const bench = createBench();
  const kept = bench.connect(web);
  soon(bench, () => bench.far.length === 1);
  t.deepEqual(bench.far[0]!.remote, web);
  driveUntil(bench.time, () => false, 5 * nsPerSecond);
  t.deepEqual(kept.told, [], 'five seconds without an answer');
  t.is(bench.far.length, 1, 'SYNs that are sent again open nothing more');
  bench.far[0]!.events.connected?.();
  t.true(soon(bench, () => kept.told.includes('connected')));
});

const outcomes: readonly (readonly [StreamEnd, string])[] = [
  ['refused', 'closed refused'],
  ['reset', 'closed refused'],
  ['unreachable', 'closed unreachable'],
  ['timed-out', 'closed timed-out'],
];

for (const [reason, told] of outcomes) {
  test(`a far side that is ${reason} is told to the application as its own network would`, (t) => {
    const bench = createBench();
    const kept = bench.connect(web);
    let failed = 0;
    const isOver = () => {
      while (failed < bench.far.length) bench.far[failed++]!.events.closed?.(reason);
      return kept.told.length > 0;
    };
    t.true(driveUntil(bench.time, isOver, 300 * nsPerSecond));
    t.deepEqual(kept.told, [told]);
    t.is(bench.termination.flowCount, 0);
  });
}

for (const to of [web, webV6]) {
  test(`bytes go both ways, and ends are passed on (${to === web ? 'IPv4' : 'IPv6'})`, (t) => {
    const bench = createBench();
    const [kept, far] = join(bench, to);
    kept.stream!.write(Buffer.from('question'));
    kept.stream!.end();
    t.true(soon(bench, () => far.told.includes('end')));
    t.is(far.content.toString(), 'question');
    far.events.received(Buffer.from('answer'));
    far.events.ended?.();
    far.events.closed?.('finished');
    t.true(soon(bench, () => kept.told.includes('closed finished')));
    t.is(kept.content.toString(), 'answer');
    t.deepEqual(kept.told, ['connected', 'ended', 'closed finished']);
    t.true(soon(bench, () => bench.termination.flowCount === 0));
    t.deepEqual(
      kindsFor(bench, far).filter((kind) => kind.startsWith('inner-flow')),
      ['inner-flow.opened', 'inner-flow.connected', 'inner-flow.closed'],
    );
  });
}

test('what the far side says first waits until the application has its connection', (t) => {
  const bench = createBench();
  const kept = bench.connect(web);
  soon(bench, () => bench.far.length === 1);
  const far = bench.far[0]!;
  far.events.connected?.();
  t.true(far.isPaused);
  soon(bench, () => !far.isPaused);
  far.events.received(Buffer.from('220 ready'));
  t.true(soon(bench, () => kept.content.toString() === '220 ready'));
});

test('resets go through, in both directions', (t) => {
  const bench = createBench();
  const [kept, far] = join(bench);
  kept.stream!.abort();
  t.true(soon(bench, () => far.told.includes('abort')));
  const [other, otherFar] = join(bench);
  otherFar.events.closed?.('reset');
  t.true(soon(bench, () => other.told.includes('closed reset')));
  t.true(soon(bench, () => bench.termination.flowCount === 0));
});

test('an application that is gone before its connection stands leaves nothing behind', (t) => {
  const bench = createBench();
  const kept = bench.connect(web);
  soon(bench, () => bench.far.length === 1);
  kept.stream!.abort();
  const far = bench.far[0]!;
  far.events.connected?.();
  t.true(
    soon(bench, () => far.told.includes('abort')),
    'its kernel resets the answer',
  );
  t.is(bench.termination.flowCount, 0);
});

test('an application that vanished is waited for ten seconds', (t) => {
  const bench = createBench();
  bench.connect(web);
  soon(bench, () => bench.far.length === 1);
  bench.loses = () => true;
  bench.far[0]!.events.connected?.();
  t.true(driveUntil(bench.time, () => bench.far[0]!.told.includes('abort'), 11 * nsPerSecond));
});

test('a far side that takes no more holds the application up, and loses nothing', (t) => {
  const bench = createBench();
  const [kept, far] = join(bench);
  far.roomBytes = 10_000;
  const content = patternOf(12_000_000);
  let at = 0;
  const more = () => {
    at += kept.stream!.write(content.subarray(at));
  };
  kept.whenDrained = more;
  more();
  driveUntil(bench.time, () => false, 5 * nsPerSecond);
  t.is(far.content.length, 10_000);
  t.true(at < content.length, `the application wrote ${at}`);
  far.roomBytes = Number.POSITIVE_INFINITY;
  far.events.drained?.();
  t.true(soon(bench, () => far.content.length === content.length));
  t.true(far.content.equals(content));
});

test('an application that does not read holds the far side up, and loses nothing', (t) => {
  const bench = createBench();
  const [kept, far] = join(bench);
  kept.stream!.pause();
  const content = patternOf(12_000_000);
  let at = 0;
  const pump = () => {
    while (!far.isPaused && at < content.length) {
      far.events.received(content.subarray(at, at + 50_000));
      at += 50_000;
    }
    return kept.content.length >= content.length;
  };
  driveUntil(bench.time, pump, 5 * nsPerSecond);
  t.true(at < 11_000_000, `held up at ${at}`);
  kept.stream!.resume();
  t.true(soon(bench, pump));
  t.true(kept.content.equals(content));
});

test('thousands of flows at once are apart from each other', (t) => {
  const bench = createBench();
  const count = 3_000;
  const all = Array.from({ length: count }, (_, at) =>
    bench.connect(endpoint('198.51.100.1', 1_000 + at)),
  );
  t.true(soon(bench, () => bench.far.length === count));
  for (const far of bench.far) {
    far.events.connected?.();
    t.true(far.isPaused);
  }
  t.true(soon(bench, () => bench.far.every((one) => !one.isPaused)));
  for (const far of bench.far) far.events.received(Buffer.from(String(far.remote.port)));
  t.true(soon(bench, () => all.every((one) => one.content.length > 0)));
  t.deepEqual(
    all.map((one) => one.content.toString()),
    all.map((_, at) => String(1_000 + at)),
  );
});

test('whatever is lost between the two, streams are exact both ways', (t) => {
  const property = fc.property(
    fc.array(fc.nat(9), { minLength: 1, maxLength: 40 }),
    fc.integer({ min: 1, max: 400_000 }),
    (losses, length) => {
      const bench = createBench();
      const [kept, far] = join(bench);
      let packets = 0;
      bench.loses = () => losses[packets++] === 0;
      const content = patternOf(length);
      kept.stream!.write(content);
      kept.stream!.end();
      far.events.received(content);
      far.events.ended?.();
      const isWhole = () => far.told.includes('end') && kept.told.includes('ended');
      return soon(bench, isWhole) && far.content.equals(content) && kept.content.equals(content);
    },
  );
  t.notThrows(() => fc.assert(property, { seed: 1, numRuns: 60 }));
});

test('a SYN whose checksum is wrong opens nothing', (t) => {
  const bench = createBench();
  let isFirst = true;
  bench.loses = (packet) => {
    if (isFirst) packet[25]! ^= 1;
    isFirst = false;
    return false;
  };
  bench.connect(web);
  driveUntil(bench.time, () => false, nsPerSecond / 2);
  t.is(bench.far.length, 0);
});
