import process from 'node:process';
import { labTest as test } from '../../../src/linux/testing-lab.ts';
import { link, ms, node } from '../../plan/testing-topology.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import { HubRig, type TestSocket } from './testing-hub.ts';

const two = [node('phone', 'terminal'), node('server', 'host')];
const port = 7_000;

function raisePair(settings: Partial<DirectionSettings>, seed = 1): Promise<HubRig> {
  return HubRig.raise({ nodes: two, links: [link('wire', ['phone', 'server'], settings)] }, seed);
}

/** One datagram there, and the neighbours know each other. */
function introduce(rig: HubRig, near: TestSocket, far: TestSocket): void {
  near.send(Uint8Array.of(0), { address: rig.addressOf('server'), port });
  far.receive();
}

/** Round trips of one datagram at a time, each in nanoseconds. */
function roundTrips(rig: HubRig, near: TestSocket, far: TestSocket, count: number): number[] {
  const to = { address: rig.addressOf('server'), port };
  return Array.from({ length: count }, () => {
    const beforeNs = process.hrtime.bigint();
    near.send(Uint8Array.of(1), to);
    const heard = far.receive()!;
    far.send(heard.payload, heard.from);
    near.receive();
    return Number(process.hrtime.bigint() - beforeNs);
  });
}

test('frames cross, and take at least the delay that was asked for', async (t) => {
  await using rig = await raisePair({ delayNs: ms(10) });
  using near = rig.open('phone', 6_000);
  using far = rig.open('server', port);
  introduce(rig, near, far);
  const trips = roundTrips(rig, near, far, 5);
  t.true(Math.min(...trips) >= ms(20), `${trips}`);
  t.true(Math.min(...trips) < ms(120), `${trips}`);
  await rig.hub.settle();
  const lateness = rig.recordsOf('hub.lateness');
  t.deepEqual(lateness.map(({ toward }) => toward).toSorted(), ['phone', 'server']);
  for (const row of lateness) {
    t.true((row['frames'] as number) >= 6);
    t.true((row['p50Ns'] as number) <= (row['worstNs'] as number));
    t.is(row['refusedFrames'], 0);
    t.is(row['overrunFrames'], 0);
  }
  t.is(rig.recordsOf('hub.loop').length, 1);
});

test('a device has the address and the MTU of the plan, and a change of the MTU reaches it', async (t) => {
  await using rig = await raisePair({ mtuBytes: 1_400 });
  const planned = rig.plan.nodes[0]!.interfaces[0]!;
  t.like(rig.linkState('phone', 'wire'), { mac: planned.mac, mtuBytes: 1_400, kind: 'tun' });
  rig.hub.change({ kind: 'link-set', link: 'wire', toward: { server: { mtuBytes: 1_300 } } });
  await rig.until(() => rig.linkState('phone', 'wire')!.mtuBytes === 1_300);
  t.is(rig.linkState('server', 'wire')!.mtuBytes, 1_400);
});

/** Which of so many numbered datagrams arrive; the last one is sent again until it does. */
function survivors(rig: HubRig, near: TestSocket, far: TestSocket, count: number): number[] {
  const to = { address: rig.addressOf('server'), port };
  const last = 255;
  for (let number = 0; number < count; number++) near.send(Uint8Array.of(number), to);
  const heard: number[] = [];
  for (;;) {
    near.send(Uint8Array.of(last), to);
    const number = far.receive(50)?.payload[0];
    if (number === last) return heard;
    if (number !== undefined) heard.push(number);
  }
}

test('losses are counted, recorded, and the same for the same seed', async (t) => {
  const settings = { delayNs: ms(1), queue: unlimited };
  const runs: number[][] = [];
  for (const seed of [1, 1, 2]) {
    await using rig = await raisePair(settings, seed);
    using near = rig.open('phone', 6_000);
    using far = rig.open('server', port);
    introduce(rig, near, far);
    const loss = { model: 'independent', ratio: 0.3 } as const;
    rig.hub.change({ kind: 'link-set', link: 'wire', toward: { server: { loss } } });
    await rig.until(() => rig.recordsOf('hub.changed').length === 1);
    const heard = survivors(rig, near, far, 200);
    t.true(heard.length > 100 && heard.length < 180, `${heard.length} of 200`);
    runs.push(heard);
    await rig.hub.settle();
    const counters = rig.recordsOf('link.counters').find(({ toward }) => toward === 'server')!;
    const dropped = rig.recordsOf('link.dropped').filter(({ tNs }) => tNs <= counters.tNs);
    t.is(counters['lostFrames'], dropped.length);
    t.true(dropped.length >= 200 - heard.length);
  }
  t.deepEqual(runs[0], runs[1]);
  t.notDeepEqual(runs[0], runs[2]);
});

const unlimited = {
  limitFrames: 1_000,
  limitBytes: Number.POSITIVE_INFINITY,
  discipline: { kind: 'drop-tail' },
} as const;

test('a link that is down has no carrier, and carries again when it is up', async (t) => {
  await using rig = await raisePair({});
  using near = rig.open('phone', 6_000);
  using far = rig.open('server', port);
  introduce(rig, near, far);
  const isRunning = (name: string) => rig.linkState(name, 'wire')!.isRunning;
  rig.hub.change({ kind: 'link-down', link: 'wire' });
  await rig.until(() => !isRunning('phone') && !isRunning('server'));
  rig.hub.change({ kind: 'link-up', link: 'wire' });
  await rig.until(() => isRunning('phone') && isRunning('server'));
  introduce(rig, near, far);
  await rig.hub.settle();
  t.deepEqual(
    rig.recordsOf('hub.changed').map(({ change, of }) => [change, of]),
    [
      ['link-down', 'wire'],
      ['link-up', 'wire'],
    ],
  );
  const [down, up] = rig.recordsOf('hub.changed').map(({ tNs }) => tNs);
  t.true(down! > 0 && up! > down!);
});

test('a link that is down from the start has no carrier', async (t) => {
  await using rig = await raisePair({ up: false });
  t.true(rig.linkState('phone', 'wire')!.isEnabled);
  t.false(rig.linkState('phone', 'wire')!.isRunning);
});

test('a device that takes no frames is told of at once, and they are counted', async (t) => {
  await using rig = await raisePair({});
  using near = rig.open('phone', 6_000);
  using far = rig.open('server', port);
  introduce(rig, near, far);
  rig.setUp('server', 'wire', false);
  near.send(Uint8Array.of(1), { address: rig.addressOf('server'), port });
  await rig.until(() => rig.recordsOf('hub.refused').length === 1);
  await rig.hub.settle();
  const late = rig.recordsOf('hub.lateness').find(({ toward }) => toward === 'server')!;
  t.true((late['refusedFrames'] as number) >= 1);
});

test('frames that a node sent while the hub stood still, and that its device had no room for, are counted', async (t) => {
  await using rig = await raisePair({});
  using near = rig.open('phone', 6_000);
  using far = rig.open('server', port);
  introduce(rig, near, far);
  const sent = 6_000;
  process.kill(rig.hub.pid, 'SIGSTOP');
  for (let left = sent; left > 0; left--) {
    near.send(Uint8Array.of(1), { address: rig.addressOf('server'), port });
  }
  process.kill(rig.hub.pid, 'SIGCONT');
  await rig.hub.settle();
  const late = rig.recordsOf('hub.lateness').find(({ toward }) => toward === 'phone')!;
  const overrun = late['overrunFrames'] as number;
  t.true(overrun > 1_000 && overrun < sent, `${overrun}`);
});
