import test from 'ava';
import { nsPerMs, nsPerSecond } from '../../base/time.ts';
import {
  forgetProbe,
  judgeProbe,
  makeProbe,
  mayScheduleProbe,
  noteProbe,
  type ProbeOutcome,
  probeTimeoutNs,
} from './tail-loss-probe.ts';

const ms = nsPerMs;

for (const { when, at, expected } of [
  { when: 'two round trips', at: { srttNs: 50 * ms, flightSegments: 4 }, expected: 100 * ms },
  {
    when: 'with one segment out, the receiver may delay its ACK',
    at: { srttNs: 50 * ms, flightSegments: 1 },
    expected: 300 * ms,
  },
  {
    when: 'a second without a sample',
    at: { srttNs: 0, flightSegments: 4 },
    expected: nsPerSecond,
  },
]) {
  test(`a probe goes out after: ${when} (RFC 8985 7.2)`, (t) => {
    t.is(probeTimeoutNs({ ...at, rtoLeftNs: 3 * nsPerSecond }), expected);
    t.is(probeTimeoutNs({ ...at, rtoLeftNs: 20 * ms }), 20 * ms, 'never after the time-out');
  });
}

const free = { hasSack: true, isInRecovery: false, sackedBytes: 0, probe: makeProbe() };
for (const { when, at, expected } of [
  { when: 'nothing speaks against it', at: {}, expected: true },
  { when: 'the peer has no SACK', at: { hasSack: false }, expected: false },
  { when: 'a recovery runs', at: { isInRecovery: true }, expected: false },
  { when: 'something is SACKed', at: { sackedBytes: 1 }, expected: false },
  {
    when: 'a probe is out',
    at: { probe: { endSequence: 7, isRetransmission: false } },
    expected: false,
  },
]) {
  test(`a probe is ${expected ? '' : 'not '}armed when ${when} (RFC 8985 7.2)`, (t) => {
    t.is(mayScheduleProbe({ ...free, ...at }), expected);
  });
}

const cases: readonly [string, boolean, Parameters<typeof judgeProbe>[1], ProbeOutcome][] = [
  [
    'below the probe',
    true,
    { acknowledgment: 999, hasDsackOfProbe: false, isPlainDuplicate: false },
    'waiting',
  ],
  [
    'new data arrived',
    false,
    { acknowledgment: 1_000, hasDsackOfProbe: false, isPlainDuplicate: false },
    'nothing-lost',
  ],
  [
    'a D-SACK: both copies arrived',
    true,
    { acknowledgment: 1_000, hasDsackOfProbe: true, isPlainDuplicate: false },
    'nothing-lost',
  ],
  [
    'data beyond, no D-SACK: the probe repaired a loss',
    true,
    { acknowledgment: 2_000, hasDsackOfProbe: false, isPlainDuplicate: false },
    'repaired',
  ],
  [
    'a duplicate without SACK',
    true,
    { acknowledgment: 1_000, hasDsackOfProbe: false, isPlainDuplicate: true },
    'nothing-lost',
  ],
  [
    'exactly the probe: either copy',
    true,
    { acknowledgment: 1_000, hasDsackOfProbe: false, isPlainDuplicate: false },
    'waiting',
  ],
];
for (const [when, isRetransmission, ack, expected] of cases) {
  test(`an ACK tells of the probe: ${when} (RFC 8985 7.4.2)`, (t) => {
    const probe = makeProbe();
    noteProbe(probe, 1_000, isRetransmission);
    t.is(judgeProbe(probe, ack), expected);
    t.is(probe.endSequence, expected === 'waiting' ? 1_000 : undefined);
  });
}

test('without a probe an ACK tells nothing of one', (t) => {
  const ack = { acknowledgment: 1_000, hasDsackOfProbe: false, isPlainDuplicate: false };
  t.is(judgeProbe(makeProbe(), ack), 'none');
});

test('a recovery makes the probe moot (RFC 8985 7.3)', (t) => {
  const probe = makeProbe();
  noteProbe(probe, 1_000, true);
  forgetProbe(probe);
  const ack = { acknowledgment: 2_000, hasDsackOfProbe: false, isPlainDuplicate: false };
  t.is(judgeProbe(probe, ack), 'none');
});
