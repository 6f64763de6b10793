/** Packets that come together, as from a ring that was full of them: what they brought is told once. */
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { StreamGround } from './stream-ground.ts';
import { cable, connect, type TestNode, TestWorld } from './testing-multipath.ts';

const stepNs = 5 * nsPerMs;
const sentBytes = 524_288;
const bytes = Uint8Array.from({ length: sentBytes }, (_, at) => (at * 7 + (at >>> 9)) & 255);

/** A step begins with the first packet, and lasts so long: all that comes in it comes together. */
function giveSteps(world: TestWorld, node: TestNode): void {
  const putOff = new Set<() => void>();
  const ground: StreamGround = node;
  ground.atStepEnd = (action) => {
    if (putOff.size === 0) {
      world.after(stepNs, () => {
        const actions = [...putOff];
        putOff.clear();
        for (const act of actions) act();
      });
    }
    putOff.add(action);
  };
}

function transfer(transport: 'tcp' | 'mptcp', hasSteps: boolean) {
  const world = new TestWorld([cable(), cable({ delayNs: 20 * nsPerMs })]);
  if (hasSteps) for (const node of world.nodes) giveSteps(world, node);
  const { stream, accepted, opened, other } = connect(world, { transport });
  world.runFor(nsPerSecond, () => opened.isConnected);
  let at = 0;
  const go = () => {
    at += stream.write(bytes.subarray(at));
    if (at < bytes.length) world.after(nsPerMs, go);
    else stream.end();
  };
  go();
  world.runFor(10 * nsPerSecond, () => accepted.isEnded);
  other().end();
  world.runFor(5 * nsPerSecond);
  return { accepted, opened };
}

for (const transport of ['tcp', 'mptcp'] as const) {
  test(`${transport}: what comes together is told together, whole and in order`, (t) => {
    const together = transfer(transport, true);
    t.true(Buffer.concat(together.accepted.received).equals(bytes));
    t.deepEqual([together.opened.closed, together.accepted.closed], ['finished', 'finished']);
    // 5 ms at 50 Mbit/s are twenty segments. Where each is told for itself only those behind a hole wait.
    const apart = transfer(transport, false);
    t.true(apart.accepted.received.length > sentBytes / (2 * 1_500));
    t.true(together.accepted.received.length < sentBytes / (4 * 1_500));
  });
}
