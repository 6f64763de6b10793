import process from 'node:process';
import { labTest as test } from '../../../src/linux/testing-lab.ts';
import { link, ms, node } from '../../plan/testing-topology.ts';
import { HubRig, type TestSocket } from './testing-hub.ts';

const two = [node('phone', 'terminal'), node('server', 'host')];

function nsNow(): number {
  return Number(process.hrtime.bigint());
}

/** Round trips of one datagram at a time, each in nanoseconds; the first one finds the neighbours. */
function roundTrips(rig: HubRig, near: TestSocket, far: TestSocket, count: number): number[] {
  const to = { address: rig.addressOf('server'), port: 7_000 };
  return Array.from({ length: count + 1 }, () => {
    const beforeNs = nsNow();
    near.send(Uint8Array.of(1), to);
    const heard = far.receive()!;
    far.send(heard.payload, heard.from);
    near.receive();
    return nsNow() - beforeNs;
  }).slice(1);
}

test('frames cross, and take at least the delay that was asked for', async (t) => {
  await using rig = await HubRig.raise({
    nodes: two,
    links: [link('wire', ['phone', 'server'], { delayNs: ms(10) })],
  });
  using near = rig.open('phone', 6_000);
  using far = rig.open('server', 7_000);
  const trips = roundTrips(rig, near, far, 5);
  t.true(Math.min(...trips) >= ms(20), `${trips}`);
  t.true(Math.min(...trips) < ms(120), `${trips}`);
  await rig.hub.settle();
  const lateness = rig.recordsOf('hub.lateness');
  t.deepEqual(lateness.map(({ toward }) => toward).toSorted(), ['phone', 'server']);
  for (const row of lateness)
    t.true((row['frames'] as number) >= 6 && (row['p50Ns'] as number) >= 0);
  t.is(rig.recordsOf('hub.loop').length, 1);
});
