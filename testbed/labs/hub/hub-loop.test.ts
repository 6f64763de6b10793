import test from 'ava';
import { createFramePool, type Frame, takeFrame } from '../../../src/base/frame.ts';
import { createLateness } from '../../../src/base/lateness.ts';
import { never } from '../../../src/base/time.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { link, ms, node, scenario } from '../../plan/testing-topology.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import { buildMachine, buildNetwork } from '../network/network.ts';
import { createSchedule } from '../network/schedule.ts';
import type { Outward, Surroundings } from '../network/station.ts';
import type { FrameIo } from './frame-io.ts';
import { HubLoop } from './hub-loop.ts';
import { TapStation } from './tap-station.ts';

const oversleepNs = 7_000;
const lengthBytes = 100;

/** Time passes in sleeps only, each of which goes on too long; what arrives is told beforehand. */
class FakeIo implements FrameIo {
  readonly name = 'epoll';
  readonly arrivedFrames: Frame[] = [];
  readonly arrivedDevices = new Int32Array(512);
  readonly arrivals: { readonly atNs: number; readonly device: number }[] = [];
  readonly left: { readonly atNs: number; readonly device: number }[] = [];
  readonly sleepsNs: number[] = [];
  readonly pool = createFramePool();
  arrivedCount = 0;
  pending = 0;
  controlReady = false;
  nowNs = 0;
  /** What a turn takes that does not sleep. */
  busyNs = 0;

  write(device: number): void {
    this.left.push({ atNs: this.nowNs, device });
  }

  makeRoom(): void {}

  flush(): void {}

  exchange(sleepNs: number, wanted: number): void {
    if (sleepNs > 0) this.#sleep(sleepNs, wanted);
    else this.nowNs += this.busyNs;
    this.arrivedCount = 0;
    for (const arrival of this.arrivals.splice(0)) {
      if (arrival.atNs > this.nowNs) this.arrivals.push(arrival);
      else {
        this.arrivedDevices[this.arrivedCount] = arrival.device;
        this.arrivedFrames[this.arrivedCount++] = broadcast(takeFrame(this.pool, lengthBytes));
      }
    }
  }

  #sleep(sleepNs: number, wanted: number): void {
    this.sleepsNs.push(sleepNs);
    const endNs = this.nowNs + sleepNs;
    const woken = this.arrivals.map(({ atNs }) => atNs).toSorted((a, b) => a - b)[wanted - 1];
    this.nowNs = Math.max(this.nowNs, Math.min(endNs, woken ?? never)) + oversleepNs;
  }

  [Symbol.dispose](): void {}
}

function broadcast(frame: Frame): Frame {
  frame.bytes.fill(0xff, 0, 6).fill(2, 6, lengthBytes);
  return frame;
}

/** A chain of links between two nodes in the kernel: devices 0 and 1. */
function raise(settings: Partial<DirectionSettings>, hops = 1) {
  const inner = Array.from({ length: hops - 1 }, (_, index) => node(`s${index}`, 'switch'));
  const nodes = [node('left', 'host'), ...inner, node('right', 'host')];
  const links = nodes
    .slice(1)
    .map(({ name }, index) => link(`l${index}`, [nodes[index]!.name, name], settings));
  const plan = planScenario(scenario({ nodes, links }));
  const io = new FakeIo();
  const outwards: Outward[] = [];
  const lateness = [createLateness(), createLateness()];
  const around: Surroundings = {
    seed: 1,
    schedule: createSchedule(),
    pool: io.pool,
    capture: undefined,
    record: () => {},
  };
  const loop: HubLoop = new HubLoop({
    schedule: around.schedule,
    nowNs: () => io.nowNs,
    io,
    outwards,
    lateness,
    spinNs: 0,
    restNs: 50_000,
  });
  const door = {
    deliver: (device: number, frame: Frame) => loop.deliver(device, frame),
    plug: (device: number, outward: Outward) => {
      outwards[device] = outward;
    },
    setCarrier: () => {},
    setMtu: () => {},
  };
  const deviceOf = (name: string) => ['left', 'right'].indexOf(name);
  buildNetwork(plan, around, (planned) => {
    const device = deviceOf(planned.name);
    if (device < 0) return buildMachine(planned, around);
    const devices = new Map([[planned.interfaces[0]!.name, device]]);
    return new TapStation(door, planned, devices, io.pool);
  });
  return { io, loop, lateness };
}

function turnUntil(loop: HubLoop, condition: () => boolean): void {
  for (let turns = 0; !condition(); turns++) {
    if (turns > 10_000) throw new Error('it did not happen in 10 000 turns');
    loop.turn(never);
  }
}

test('a frame leaves when its delay is over since it was read, and no earlier', (t) => {
  const { io, loop, lateness } = raise({ delayNs: ms(10) });
  io.arrivals.push({ atNs: ms(5), device: 0 });
  turnUntil(loop, () => io.left.length === 1);
  const readNs = ms(5) + oversleepNs;
  t.deepEqual(io.left, [{ atNs: readNs + ms(10) + oversleepNs, device: 1 }]);
  turnUntil(loop, () => lateness[1]!.frames === 1);
  t.is(lateness[1]!.worstNs, oversleepNs);
});

test('once it is known what a wake-up takes, a frame counts from when it came', (t) => {
  const { io, loop } = raise({ delayNs: ms(10) });
  io.arrivals.push({ atNs: ms(5), device: 0 }, { atNs: ms(40), device: 0 });
  turnUntil(loop, () => io.left.length === 2);
  t.is(io.left[1]!.atNs, ms(40) + ms(10) + oversleepNs);
});

test('lateness does not add up over hops: what was due before happened at its own time', (t) => {
  const { io, loop } = raise({ delayNs: ms(1) }, 5);
  io.arrivals.push({ atNs: 1, device: 0 });
  turnUntil(loop, () => io.left.length === 1);
  t.is(io.left[0]!.atNs, 1 + oversleepNs + 5 * ms(1) + oversleepNs);
});

test('without delay and rate a frame leaves in the turn in which it came', (t) => {
  const { io, loop } = raise({});
  io.arrivals.push({ atNs: 0, device: 1 });
  loop.turn(never);
  t.deepEqual(io.left, [{ atNs: io.nowNs, device: 0 }]);
});

test('a line that is asked for more than it carries keeps its rate, however late each wake-up is', (t) => {
  const rateBps = 8_000_000;
  const { io, loop } = raise({
    rateBps,
    queue: { limitFrames: 1_000, limitBytes: never, discipline: { kind: 'drop-tail' } },
  });
  const frames = 500;
  for (let left = frames; left > 0; left--) io.arrivals.push({ atNs: 0, device: 0 });
  loop.turn(never);
  const beganNs = io.nowNs;
  turnUntil(loop, () => io.left.length === frames);
  const tookNs = io.left.at(-1)!.atNs - beganNs;
  const dueNs = frames * ((lengthBytes * 8 * 1e9) / rateBps);
  t.true(tookNs >= dueNs && tookNs <= dueNs + 2 * 50_000, `${tookNs} for ${dueNs}`);
});

test('a busy loop rests, a little and not for ever, and an idle one is woken by one frame', (t) => {
  const { io, loop } = raise({});
  const gapNs = 10_000;
  for (let at = 1; at <= 500; at++) {
    io.arrivals.push({ atNs: io.nowNs + gapNs, device: 0 });
    loop.turn(never);
  }
  t.true(io.sleepsNs.includes(50_000));
  t.true(io.left.length > 300);
  const before = io.nowNs;
  io.nowNs += ms(50);
  loop.turn(1);
  io.arrivals.push({ atNs: before + ms(100), device: 0 });
  const left = io.left.length;
  turnUntil(loop, () => io.left.length > left);
  t.is(io.left.at(-1)!.atNs, before + ms(100) + oversleepNs);
});

test('a loop that always has something to do sleeps a twentieth of the time all the same, in small pieces', (t) => {
  const { io, loop } = raise({});
  io.busyNs = 20_000;
  for (let at = 1; at <= 5_000; at++) {
    io.arrivals.push({ atNs: io.nowNs, device: 0 });
    loop.turn(never);
  }
  t.true(io.left.length > 4_500);
  // Before the first frame it slept without an end.
  const breaksNs = io.sleepsNs.filter((one) => one !== never);
  const sleptNs = breaksNs.reduce((sum, one) => sum + one, 0);
  t.true(sleptNs > io.nowNs / 20);
  t.true(sleptNs < io.nowNs / 10);
  t.is(Math.max(...breaksNs), 100_000);
});

test('the longest stall is that of the sleep that went on longest behind its end', (t) => {
  const { io, loop } = raise({ delayNs: ms(10) });
  io.arrivals.push({ atNs: 1, device: 0 });
  turnUntil(loop, () => io.left.length === 1);
  t.is(loop.longestStallNs, oversleepNs);
});
