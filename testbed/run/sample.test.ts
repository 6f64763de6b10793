import test from 'ava';
import { nsPerMs, nsPerSecond } from '../../src/base/time.ts';
import type { Plan } from '../plan/plan.ts';
import type { EventModel } from '../schema/model.ts';
import { runSample, type SampleOptions } from './sample.ts';
import { type Script, ScriptedLab } from './scripted-lab.ts';
import { eventOf, noProgress, openerOf, planOf, programOf, someCondition } from './testing-plan.ts';

const listens: Script = ({ ready }) => ready();
const listensLate: Script = ({ after, ready }) => after(3 * nsPerSecond, ready);
const finishesIn =
  (ms: number): Script =>
  ({ ready, after, finish }) => {
    ready();
    after(ms * nsPerMs, finish);
  };
const scripts: Readonly<Record<string, Script>> = {
  echo: listens,
  late: listensLate,
  mute: () => {},
  waits: ({ ready, after }) => {
    ready();
    const tick = (): void => after(nsPerSecond, tick);
    tick();
  },
  quick: finishesIn(100),
  slow: finishesIn(5_000),
  crashes: ({ ready, after, fail }) => {
    ready();
    after(nsPerMs, () => fail('ran out of ports'));
  },
  declines: ({ program, record }) =>
    record('program.unsupported', { id: program.id, reason: './mptcp exited with code 127' }),
  sleeper: ({ ready }) => ready(),
  counts: ({ ready, after, record, finish }) => {
    ready();
    for (let n = 1; n <= 10; n++) after(n * nsPerMs, () => record('datagram.received', { n }));
    after(20 * nsPerMs, finish);
  },
};

async function sampleOf(plan: Plan, parts: Partial<SampleOptions> = {}) {
  const lab = new ScriptedLab(scripts);
  const signal = new AbortController().signal;
  const run = await runSample({ lab, plan, progress: noProgress, signal, ...parts });
  const kinds = run.records.map((record) => record.kind);
  return { ...run, lab, kinds };
}

const eventTimes = (run: Awaited<ReturnType<typeof sampleOf>>, kind: string): number[] =>
  run.records.filter((record) => record.kind === kind).map((record) => record.tNs / nsPerMs);

test('openers start when everything else is ready, and time counts from there', async (t) => {
  const plan = planOf([
    openerOf('quick', { startNs: nsPerSecond }),
    programOf('echo'),
    programOf('late'),
  ]);
  const run = await sampleOf(plan);
  t.deepEqual(run.outcome, { kind: 'finished' });
  t.is(run.t0Ns, 3 * nsPerSecond);
  const opened = run.records.findLast((record) => record.kind === 'program.ready');
  t.is(opened?.['id'], 'quick');
  t.is(opened?.tNs, 4 * nsPerSecond);
});

test('a sample ends with its counters and its outcome, and leaves nothing standing', async (t) => {
  const run = await sampleOf(planOf([programOf('echo'), openerOf('quick')]));
  t.deepEqual(run.kinds, [
    'program.ready',
    'run.ready',
    'program.ready',
    'program.finished',
    'link.counters',
    'run.ended',
  ]);
  t.is(run.records.at(-1)?.['outcome'], 'finished');
  t.is(run.lab.disposed, 1);
});

const failures: readonly { title: string; plan: Plan; reason: string }[] = [
  {
    title: 'a listener that is not ready within 10 s',
    plan: planOf([programOf('waits2', { run: 'never-ready' }), openerOf('quick')]),
    reason: 'waits2 on server was not ready within 10 s',
  },
  {
    title: 'a listener that can no longer become ready',
    plan: planOf([programOf('mute'), openerOf('quick')]),
    reason: 'mute on server is not ready, and nothing is left to happen that could make it so',
  },
  {
    title: 'a program that fails',
    plan: planOf([programOf('echo'), openerOf('crashes'), openerOf('slow')]),
    reason: 'crashes on phone failed: ran out of ports',
  },
  {
    title: 'a service that fails, though nobody waits for it',
    plan: planOf([programOf('crashes'), openerOf('slow')]),
    reason: 'crashes on server failed: ran out of ports',
  },
  {
    title: 'a program that can no longer finish',
    plan: planOf([openerOf('sleeper')]),
    reason: 'sleeper on phone has not finished, and nothing is left to happen',
  },
  {
    title: 'a program that is not done at the limit',
    plan: planOf([openerOf('waits')]),
    reason: 'unfinished: waits on phone',
  },
];

for (const { title, plan, reason } of failures) {
  test(`${title} fails the sample, which says so`, async (t) => {
    const tick: Script = ({ after }) => {
      const again = (): void => after(nsPerSecond, again);
      again();
    };
    const lab = new ScriptedLab({ ...scripts, 'never-ready': tick });
    const run = await sampleOf(plan, { lab });
    t.deepEqual(run.outcome, { kind: 'failed', reason });
    t.is(lab.disposed, 1);
  });
}

const crash: Script = ({ ready, after, record, program: { id } }) => {
  ready();
  after(nsPerMs, () => record('program.stopped', { id, reason: 'node-crashed' }));
};
const crashAndReturn =
  (end: 'finish' | 'idle'): Script =>
  (context) => {
    crash(context);
    context.after(2 * nsPerMs, context.ready);
    if (end === 'finish') context.after(3 * nsPerMs, context.finish);
  };

const crashes: readonly { title: string; script: Script; beside: string; reason?: string }[] = [
  {
    title: 'whose node starts again is waited for until it finishes',
    script: crashAndReturn('finish'),
    beside: 'quick',
  },
  {
    title: 'whose node stays away fails the sample when nothing is left to happen',
    script: crash,
    beside: 'quick',
    reason: 'fragile on phone stopped when its node crashed, and the node did not start again',
  },
  {
    title: 'whose node stays away fails the sample at its limit',
    script: crash,
    beside: 'waits',
    reason: 'fragile on phone stopped when its node crashed, and the node did not start again',
  },
  {
    title: 'that started again and waits in vain is named with the crash',
    script: crashAndReturn('idle'),
    beside: 'sleeper',
    reason:
      'fragile on phone has not finished since its node crashed and started again, and nothing is left to happen',
  },
];

for (const { title, script, beside, reason } of crashes) {
  test(`a program ${title}`, async (t) => {
    const lab = new ScriptedLab({ ...scripts, fragile: script });
    const run = await sampleOf(planOf([openerOf(beside), openerOf('fragile')]), { lab });
    t.deepEqual(
      run.outcome,
      reason === undefined ? { kind: 'finished' } : { kind: 'failed', reason },
    );
  });
}

test('a program that says it cannot be run here leaves the sample unsupported', async (t) => {
  const run = await sampleOf(planOf([programOf('declines'), openerOf('slow')]));
  const reason = 'declines on server cannot be run: ./mptcp exited with code 127';
  t.deepEqual(run.outcome, { kind: 'unsupported', reason });
});

test('a program that nobody waits for may crash and stay away', async (t) => {
  const lab = new ScriptedLab({ ...scripts, fragile: crash });
  const run = await sampleOf(planOf([programOf('fragile'), openerOf('quick')]), { lab });
  t.deepEqual(run.outcome, { kind: 'finished' });
});

test('what is unfinished at the limit is said in the words of the traffic', async (t) => {
  const progress = { ...noProgress, describe: () => '41 of 64 MiB' };
  const run = await sampleOf(planOf([openerOf('waits')]), { progress });
  t.deepEqual(run.outcome, { kind: 'failed', reason: 'unfinished: 41 of 64 MiB' });
});

test('of several, each that is unfinished is named once', async (t) => {
  const plan = planOf([
    openerOf('waits'),
    openerOf('waits-too', { run: 'waits' }),
    openerOf('ping', { run: 'waits', traffic: 'ping' }),
    openerOf('quick', { traffic: 'done' }),
    openerOf('probe', { run: 'waits', traffic: undefined }),
  ]);
  const progress = {
    ...noProgress,
    describe: (traffic: string) => (traffic === 'ping' ? '3 of 9 answers' : '41 of 64 MiB'),
  };
  const run = await sampleOf(plan, { progress });
  t.deepEqual(run.outcome, {
    kind: 'failed',
    reason: 'unfinished: download 41 of 64 MiB, ping 3 of 9 answers, probe on phone',
  });
});

test('where nothing is waited for, the run lasts until its limit and is finished', async (t) => {
  const run = await sampleOf(planOf([programOf('waits')]));
  t.deepEqual(run.outcome, { kind: 'finished' });
  t.is(run.records.at(-1)?.tNs, 30 * nsPerSecond);
});

test('what is done before anything opens ends the sample at once', async (t) => {
  const probe = programOf('probe', { awaited: true, run: 'done' });
  const lab = new ScriptedLab({ done: ({ finish }) => finish() });
  const run = await sampleOf(planOf([probe]), { lab });
  t.deepEqual(run.outcome, { kind: 'finished' });
  t.is(run.records.at(-1)?.tNs, 0);
});

test('an interrupted sample keeps its records and is disposed of', async (t) => {
  const abort = new AbortController();
  const progress = { ...noProgress, note: () => abort.abort() };
  const plan = planOf([programOf('echo'), openerOf('slow')]);
  const run = await sampleOf(plan, { progress, signal: abort.signal });
  t.deepEqual(run.outcome, { kind: 'interrupted' });
  t.is(run.records.at(-1)?.['outcome'], 'interrupted');
  t.is(run.lab.disposed, 1);
});

test('an event begins and ends at its times, counted from when all was ready', async (t) => {
  const plan = planOf(
    [programOf('late'), openerOf('slow')],
    [eventOf('silence', 500, { forNs: nsPerSecond })],
  );
  const run = await sampleOf(plan);
  t.deepEqual(eventTimes(run, 'event.began'), [3_500]);
  t.deepEqual(eventTimes(run, 'event.ended'), [4_500]);
  t.is(run.lab.standing.get('wifi'), 'up');
});

test('the moment of an event is drawn by the seed, within what is said, and ends as long after it', async (t) => {
  const trigger = { kind: 'at', timeNs: 500 * nsPerMs, withinNs: 200 * nsPerMs } as const;
  const silence = eventOf('silence', 0, { trigger, forNs: nsPerSecond });
  const momentsMs: number[] = [];
  for (let seed = 0; seed < 20; seed++) {
    const run = await sampleOf({ ...planOf([openerOf('slow')], [silence]), seed });
    const [beganMs] = eventTimes(run, 'event.began');
    momentsMs.push(beganMs!);
    t.true(Math.abs(eventTimes(run, 'event.ended')[0]! - beganMs! - 1_000) < 1e-6);
  }
  t.true(momentsMs.every((atMs) => atMs >= 500 && atMs < 700));
  t.is(new Set(momentsMs).size, 20);
  t.true(Math.min(...momentsMs) < 550 && Math.max(...momentsMs) > 650);
  const again = await sampleOf({ ...planOf([openerOf('slow')], [silence]), seed: 7 });
  t.deepEqual(eventTimes(again, 'event.began'), [momentsMs[7]]);
});

test('an event without an end stays', async (t) => {
  const run = await sampleOf(planOf([openerOf('slow')], [eventOf('cut', 500)]));
  t.deepEqual(run.outcome, { kind: 'finished' });
  t.is(run.lab.standing.get('wifi'), 'down');
});

test('a flap begins every so often, as many times as asked', async (t) => {
  const flap = eventOf('flap', 1_000, {
    forNs: 200 * nsPerMs,
    everyNs: 500 * nsPerMs,
    times: 3,
  });
  const run = await sampleOf(planOf([openerOf('slow')], [flap]));
  t.deepEqual(eventTimes(run, 'event.began'), [1_000, 1_500, 2_000]);
  t.deepEqual(eventTimes(run, 'event.ended'), [1_200, 1_700, 2_200]);
});

test('an event waits for its condition, and is checked as records come', async (t) => {
  let received = 0;
  const progress = {
    note: ({ kind }: { kind: string }) => {
      if (kind === 'datagram.received') received += 1;
    },
    holds: () => received >= 8,
    describe: () => undefined,
  };
  const trigger: EventModel['trigger'] = { kind: 'after', condition: someCondition };
  const plan = planOf([openerOf('counts')], [eventOf('silence', 0, { trigger })]);
  const run = await sampleOf(plan, { progress });
  t.deepEqual(run.outcome, { kind: 'finished' });
  t.deepEqual(eventTimes(run, 'event.began'), [8]);
});

const missed: readonly { title: string; events: EventModel[]; reason: string }[] = [
  {
    title: 'whose time comes after the end',
    events: [eventOf('cut', 9_000)],
    reason: 'event cut never began: the traffic was over before it',
  },
  {
    title: 'whose condition never held',
    events: [eventOf('cut', 0, { trigger: { kind: 'after', condition: someCondition } })],
    reason: 'event cut never began: the traffic was over before it',
  },
  {
    title: 'that flapped less often than asked',
    events: [eventOf('flap', 1_000, { everyNs: 3 * nsPerSecond, times: 4 })],
    reason: 'event flap began 2 of 4 times: the traffic was over by then',
  },
];

for (const { title, events, reason } of missed) {
  test(`an event ${title} makes the sample invalid`, async (t) => {
    const run = await sampleOf(planOf([openerOf('slow')], events));
    t.deepEqual(run.outcome, { kind: 'invalid', reason });
  });
}

test('an event that begins when the traffic it disturbs is over makes the sample invalid', async (t) => {
  const programs = [openerOf('quick'), openerOf('slow', { traffic: 'other' })];
  const plan = planOf(programs, [eventOf('cut', 1_000)]);
  const disturbing = await sampleOf(plan, { disturbed: { cut: ['download'] } });
  t.deepEqual(disturbing.outcome, {
    kind: 'invalid',
    reason: 'event cut began when the traffic that it disturbs was over',
  });
  const harmless = await sampleOf(plan, { disturbed: { cut: ['download', 'other'] } });
  t.deepEqual(harmless.outcome, { kind: 'finished' });
});

test('a flap without a number of times goes on until the traffic is over', async (t) => {
  const flap = eventOf('flap', 1_000, {
    everyNs: nsPerSecond,
    times: Number.POSITIVE_INFINITY,
  });
  const run = await sampleOf(planOf([openerOf('slow')], [flap]));
  t.deepEqual(run.outcome, { kind: 'finished' });
  t.deepEqual(eventTimes(run, 'event.began'), [1_000, 2_000, 3_000, 4_000]);
});

test('a sample is invalid where its rig was off, failed or not, and is told why', async (t) => {
  const seen: number[] = [];
  const distrust: SampleOptions['distrust'] = (records) => {
    seen.push(records.length);
    return 'the hub was late';
  };
  for (const run of ['quick', 'crashes']) {
    const { outcome, records } = await sampleOf(planOf([openerOf(run)]), { distrust });
    t.deepEqual(outcome, { kind: 'invalid', reason: 'the hub was late' });
    t.is(seen.pop(), records.length - 1, 'all but the last word, with the counters');
  }
  const trusted = await sampleOf(planOf([openerOf('quick')]), { distrust: () => undefined });
  t.deepEqual(trusted.outcome, { kind: 'finished' });
});

test('an interrupted sample stays interrupted, however its rig was', async (t) => {
  const signal = AbortSignal.abort();
  const { outcome } = await sampleOf(planOf([openerOf('quick')]), {
    signal,
    distrust: () => 'late',
  });
  t.deepEqual(outcome, { kind: 'interrupted' });
});
