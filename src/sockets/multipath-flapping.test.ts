/** A link that comes and goes: the stream goes on by the other, and trusts the first later each time. */
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { cable, connect, TestWorld } from './testing-multipath.ts';

const flaps = 20;
/** Long enough to be doubted, short enough to answer a probe in between. */
const silentNs = 200 * nsPerMs;
const heardNs = 300 * nsPerMs;
const totalNs = flaps * (silentNs + heardNs);

interface Change {
  readonly atNs: number;
  readonly health: unknown;
}

interface Flapping {
  readonly changes: readonly Change[];
  readonly lateBytes: number;
  readonly receivedBytes: number;
  readonly closed: string | undefined;
}

/** What the sender thought of the link that flapped, and how much came meanwhile by both. */
function flap(happens: (world: TestWorld, isAway: boolean) => void): Flapping {
  const world = new TestWorld([cable({ rateBps: 10_000_000 }), cable({ rateBps: 10_000_000 })]);
  const { stream, accepted } = connect(world, {}, {}, false);
  world.runFor(nsPerSecond);
  const feed = () => {
    stream.write(new Uint8Array(65_536));
    world.after(5 * nsPerMs, feed);
  };
  feed();
  world.runFor(3 * nsPerSecond);
  const fromNs = world.nowNs;
  const sender = world.nodes[0].records;
  const before = { records: sender.length, bytes: accepted.receivedBytes };
  const changes: Change[] = [];
  for (let count = 0; count < flaps; count++) {
    happens(world, true);
    world.runFor(silentNs);
    note();
    happens(world, false);
    world.runFor(heardNs);
    note();
  }
  const receivedBytes = accepted.receivedBytes - before.bytes;
  world.runFor(6 * nsPerSecond);
  const settledBytes = accepted.receivedBytes;
  world.runFor(2 * nsPerSecond);
  return {
    changes,
    receivedBytes,
    lateBytes: accepted.receivedBytes - settledBytes,
    closed: accepted.closed,
  };

  function note(): void {
    const seen = sender
      .slice(before.records)
      .filter(({ kind }) => kind === 'mptcp.path')
      .slice(changes.length);
    for (const { fields } of seen) {
      changes.push({ atNs: world.nowNs - fromNs, health: fields['health'] });
    }
  }
}

const oneLinkBytes = ((10_000_000 / 8) * totalNs) / nsPerSecond;

test('a link that falls silent again and again is trusted less often than it answers', (t) => {
  const { changes, receivedBytes, closed } = flap((world, isAway) => {
    world.cables[0]!.isSilent = isAway;
  });
  const doubts = changes.filter(({ health }) => health === 'doubted');
  t.true(doubts.length >= 2, 'it was doubted more than once');
  // Held back 100, 200, 400 … ms: of 20 silences within 10 s no more than the first few are felt.
  t.true(doubts.length <= flaps / 2, `${doubts.length} doubts in ${flaps} silences`);
  const late = doubts.filter(({ atNs }) => atNs > totalNs / 2);
  t.true(late.length <= flaps / 5, `${late.length} doubts in the second half`);
  // What the other link carries, less a pause for each doubt.
  t.true(receivedBytes >= 0.85 * oneLinkBytes, `${receivedBytes / oneLinkBytes} of one link`);
  t.is(closed, undefined);
});

test('a carrier that comes and goes leaves the stream whole on the other link', (t) => {
  const { receivedBytes, closed } = flap((world, isAway) => world.setDown(0, isAway));
  t.true(receivedBytes >= 0.85 * oneLinkBytes, `${receivedBytes / oneLinkBytes} of one link`);
  t.is(closed, undefined);
});

test('a link that stays is used again, however often it went', (t) => {
  const { lateBytes } = flap((world, isAway) => {
    world.cables[0]!.isSilent = isAway;
  });
  const both = (2 * 10_000_000 * 2) / 8;
  t.true(lateBytes >= 0.9 * both * (1_448 / 1_514), `${lateBytes / both} of both links`);
});
