import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { createFakeNetwork, fakeDelayNs } from '../host/fake-network.ts';
import { drive, driveUntil } from '../host/fake-time.ts';
import { parseFlow } from '../wire/flow.ts';
import { isMalformed } from '../wire/malformed.ts';
import { hasFinished, numbersOf, recordsOf, startFlow } from './flow-pair.ts';

const settings = {
  generator: 'request-response',
  payloadBytes: 100,
  rateBps: null,
  intervalNs: 10 * nsPerMs,
  timeoutNs: 500 * nsPerMs,
};

function kindAndNumber(payload: Uint8Array): string {
  const datagram = parseFlow(payload, 0, payload.length);
  return isMalformed(datagram) ? 'malformed' : `${datagram.kind} ${datagram.number}`;
}

for (const opener of ['requester', 'responder'] as const) {
  test(`requests are answered one after the other where the ${opener} opens`, (t) => {
    const network = createFakeNetwork();
    const other = opener === 'requester' ? 'responder' : 'requester';
    startFlow(opener, other, { ...settings, count: 3 }, network);
    const both = () => hasFinished(network, 'left') && hasFinished(network, 'right');
    t.true(driveUntil(network.time, both, nsPerSecond));
    t.deepEqual(numbersOf(network, 'request.sent'), [1, 2, 3]);
    const answers = recordsOf(network, 'response.received');
    t.deepEqual(
      answers.map(({ n, bytes, rttNs }) => ({ n, bytes, rttNs })),
      [1, 2, 3].map((n) => ({ n, bytes: 100, rttNs: 2 * fakeDelayNs })),
    );
    t.like(recordsOf(network, 'flow.ended')[0], { sent: 3 });
    t.like(recordsOf(network, 'flow.complete')[0], { received: 3 });
  });
}

test('the pause counts from the answer', (t) => {
  const network = createFakeNetwork();
  startFlow('requester', 'responder', { ...settings, count: 3 }, network);
  drive(network.time, nsPerSecond);
  t.deepEqual(
    recordsOf(network, 'request.sent').map(({ tNs }) => tNs / nsPerMs),
    [2, 14, 26],
  );
});

test('a request without an answer times out, and the next one follows after the pause', (t) => {
  const network = createFakeNetwork(({ payload }) =>
    kindAndNumber(payload) === 'response 2' ? [] : [fakeDelayNs],
  );
  startFlow('requester', 'responder', { ...settings, count: 3 }, network);
  drive(network.time, nsPerSecond);
  t.deepEqual(numbersOf(network, 'request.timed-out'), [2]);
  t.deepEqual(numbersOf(network, 'response.received'), [1, 3]);
  t.deepEqual(
    recordsOf(network, 'request.sent').map(({ tNs }) => tNs / nsPerMs),
    [2, 14, 524],
  );
});

test('an answer after its time-out and a double count for nothing', (t) => {
  const network = createFakeNetwork(({ payload }) => {
    const what = kindAndNumber(payload);
    if (what === 'response 1') return [600 * nsPerMs];
    return what === 'response 2' ? [fakeDelayNs, 2 * fakeDelayNs] : [fakeDelayNs];
  });
  startFlow('requester', 'responder', { ...settings, count: 3 }, network);
  drive(network.time, 2 * nsPerSecond);
  t.deepEqual(numbersOf(network, 'request.timed-out'), [1]);
  t.deepEqual(numbersOf(network, 'response.received'), [2, 3]);
});

for (const { title, ending, lastNs } of [
  { title: 'answer', ending: {}, lastNs: 2 * fakeDelayNs },
  { title: 'time-out', ending: { timeoutNs: fakeDelayNs }, lastNs: fakeDelayNs },
]) {
  for (const until of [{ count: 1 }, { forNs: 50 * nsPerMs }]) {
    const what = `${Object.keys(until)[0]} of requests`;
    test(`with the ${title} to the last one by ${what} the requester is done, without a pause`, (t) => {
      const network = createFakeNetwork();
      const given = { ...settings, ...ending, ...until, intervalNs: 60 * nsPerMs };
      startFlow('requester', 'responder', given, network);
      drive(network.time, nsPerSecond);
      const finished = recordsOf(network, 'program.finished').find(({ node }) => node === 'left');
      const [sent, ...more] = recordsOf(network, 'request.sent');
      t.is(more.length, 0);
      t.is(finished!.tNs - sent!.tNs, lastNs);
    });
  }
}

test('after the asked time no further request is made', (t) => {
  const network = createFakeNetwork();
  startFlow('requester', 'responder', { ...settings, forNs: 100 * nsPerMs }, network);
  drive(network.time, nsPerSecond);
  // One each 12 ms from 0: at 96 ms the ninth.
  t.is(numbersOf(network, 'request.sent').length, 9);
  t.true(hasFinished(network, 'left'));
});

test('a requester finishes on a way that died, every request timed out', (t) => {
  const network = createFakeNetwork(({ payload }) =>
    kindAndNumber(payload).startsWith('open') ? [fakeDelayNs] : [],
  );
  startFlow('requester', 'responder', { ...settings, count: 3 }, network);
  t.true(driveUntil(network.time, () => hasFinished(network, 'left'), 10 * nsPerSecond));
  t.deepEqual(numbersOf(network, 'request.timed-out'), [1, 2, 3]);
  t.false(hasFinished(network, 'right'));
});

test('nothing is left to happen after a stop', (t) => {
  const network = createFakeNetwork();
  const { left, right } = startFlow('requester', 'responder', settings, network);
  drive(network.time, 100 * nsPerMs);
  left.stop();
  right.stop();
  drive(network.time, 10 * fakeDelayNs);
  t.is(network.time.waiting.length, 0);
});
