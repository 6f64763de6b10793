import test from 'ava';
import { createFramePool } from '../../../src/base/frame.ts';
import { type Lateness, quantileNs } from '../../../src/base/lateness.ts';
import { never } from '../../../src/base/time.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import { createSchedule, wakeNext } from '../network/schedule.ts';
import type { Surroundings } from '../network/station.ts';
import { type ProbedLink, ProbeRun } from './probe-run.ts';

function linkOf(delayNs: number): ProbedLink {
  const settings: DirectionSettings = {
    ...{ rateBps: never, delayNs, jitterNs: 0, duplicateRatio: 0, corruptRatio: 0 },
    ...{ mtuBytes: 1_500, up: true, trace: undefined, loss: { model: 'none' } },
    reorder: { ratio: 0, holdNs: 0 },
    queue: { limitFrames: 100, limitBytes: never, discipline: { kind: 'drop-tail' } },
  };
  return { label: `${delayNs}`, settings };
}

/** A clock that is always so much behind what is due. */
function probe(links: readonly ProbedLink[], lateNs: number, lastsNs = 200e6) {
  const schedule = createSchedule();
  const records: string[] = [];
  const around: Surroundings = {
    ...{ seed: 1, schedule, pool: createFramePool(), capture: undefined },
    record: (_tNs, _node, kind) => records.push(kind),
  };
  let told: readonly Lateness[] | undefined;
  new ProbeRun(
    around,
    links,
    lastsNs,
    () => schedule.nowNs + lateNs,
    (lateness) => {
      told = lateness;
    },
  );
  while (wakeNext(schedule, never));
  return { told: told!, schedule, records };
}

test('each frame is as late as the clock was behind what was due', (t) => {
  const { told } = probe([linkOf(10e6), linkOf(0)], 70_000);
  for (const lateness of told) {
    t.is(lateness.worstNs, 70_000);
    t.true(quantileNs(lateness, 0.5) <= 70_000 && quantileNs(lateness, 0.5) > 65_000);
  }
  // One each 2 ms for 200 ms; after that of 190 ms four are still under way.
  t.is(told[0]!.frames, 96);
  t.is(told[1]!.frames, 100);
});

test('a link that is longer than the probe lasts tells nothing, and breaks nothing', (t) => {
  const { told } = probe([linkOf(300e6)], 0);
  t.is(told[0]!.frames, 0);
});

test('nothing of it is left, and the run hears nothing of it', (t) => {
  const { schedule, records } = probe([linkOf(5e6)], 0);
  t.is(schedule.size, 0);
  t.deepEqual(records, []);
});
