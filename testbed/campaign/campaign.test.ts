import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { nsPerMs } from '../../src/base/time.ts';
import type { Plan } from '../plan/plan.ts';
import type { Script } from '../run/scripted-lab.ts';
import type { Expression } from '../schema/expression.ts';
import type { ExpectationModel } from '../schema/model.ts';
import { runCampaign } from './campaign.ts';
import type { CampaignOptions } from './campaign-options.ts';
import { openFolder } from './folder.ts';
import { startRunClock } from './run-facts.ts';
import { loadedOf, pingLab } from './testing-scenario.ts';

async function campaign(t: ExecutionContext, parts: Partial<CampaignOptions> = {}) {
  const path = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  const loaded = parts.loaded ?? loadedOf();
  const result = await runCampaign({
    loaded,
    lab: pingLab(),
    folder: openFolder(path),
    seed: 7,
    cases: loaded.cases.map(({ id }) => id),
    variants: loaded.variants,
    samples: [1, 2],
    capture: false,
    gate: undefined,
    references: () => undefined,
    signal: new AbortController().signal,
    clock: startRunClock(),
    facts: { command: ['ropewalk', 'run', 'small.yaml'], version: '0.0.0' },
    again: ({ caseId, variant, sample }) => `again ${caseId} ${variant} ${sample}`,
    onSlot: () => {},
    ...parts,
  });
  return { result, read: (name: string) => readFileSync(join(path, name), 'utf8'), path };
}

const span = { start: 0, end: 1 };
const allCame: Expression = {
  kind: 'binary',
  operator: '==',
  left: { kind: 'name', path: ['ping', 'answered'], span },
  right: { kind: 'number', value: 3, dimension: 'plain', span },
  span,
};
const allAnswered: ExpectationModel = {
  name: 'all-answered',
  that: allCame,
  text: 'ping.answered == 3',
  at: undefined,
  because: undefined,
  kind: 'bound',
  severity: 'fail',
  knownFailing: undefined,
  against: undefined,
  marginRatio: undefined,
  better: undefined,
};
const expecting = { expectations: [allAnswered] };

/** Asks and is never answered. */
const unanswered: Script = ({ program, ready, after, record, finish }) => {
  const flow = String(program.settings['flow']);
  ready();
  record('flow.opened', { flow });
  record('request.sent', { flow, n: 1, bytes: 100 });
  after(100 * nsPerMs, finish);
};

test('each sample is run, measured, written and judged', async (t) => {
  const { result, read } = await campaign(t, { loaded: loadedOf({}, () => expecting) });
  t.is(result.verdict, 'pass');
  t.deepEqual(
    result.rows.map(({ expectation, verdict, left }) => [expectation, verdict, left]),
    [['all-answered', 'pass', '3']],
  );
  t.deepEqual(
    result.samples.map(({ sample, outcome, metrics }) => [
      sample,
      outcome.kind,
      metrics['ping.answered'],
    ]),
    [1, 2].map((n) => [n, 'finished', { kind: 'value', value: 3, dimension: 'plain' }]),
  );
  for (const { records } of result.samples) {
    const lines = read(records).trimEnd().split('\n');
    t.is(JSON.parse(lines.at(-1)!).kind, 'run.ended');
  }
  t.deepEqual(JSON.parse(read('result.json')), JSON.parse(JSON.stringify(result)));
  t.regex(read('report.md'), /^# small: pass$/m);
});

test('an expectation that is broken fails, with the command for its worst sample', async (t) => {
  const { result } = await campaign(t, {
    loaded: loadedOf({}, () => expecting),
    lab: pingLab({ requester: unanswered }),
  });
  t.is(result.verdict, 'fail');
  t.regex(result.rows[0]!.again!, /^again default default [12]$/);
});

test('two runs of one seed differ in nothing but their run facts', async (t) => {
  const [one, other] = [await campaign(t), await campaign(t)];
  const { run: _, ...first } = one.result;
  const { run: __, ...second } = other.result;
  t.deepEqual(first, second);
  for (const { records } of first.samples) t.is(one.read(records), other.read(records));
});

test('one sample alone is the same as within the whole', async (t) => {
  const loaded = loadedOf({ cases: [{ id: 'a' }, { id: 'b' }], variants: ['ours', 'theirs'] });
  const whole = await campaign(t, { loaded });
  const alone = await campaign(t, { loaded, cases: ['b'], variants: ['theirs'], samples: [2] });
  t.is(whole.result.samples.length, 8);
  t.is(alone.result.samples.length, 1);
  t.deepEqual(alone.result.samples[0], whole.result.samples.at(-1));
  const { records } = alone.result.samples[0]!;
  t.is(alone.read(records), whole.read(records));
});

test('an invalid sample is run again, twice at most, and the throws are counted', async (t) => {
  const seeds: number[] = [];
  const neverBegins = {
    name: 'cut',
    trigger: { kind: 'at' as const, timeNs: 9_000 * nsPerMs },
    forNs: undefined,
    everyNs: undefined,
    times: 1,
    change: { kind: 'link-down' as const, link: 'wifi' },
  };
  const lab = pingLab();
  const up = lab.up.bind(lab);
  lab.up = (plan: Plan, options) => {
    seeds.push(plan.seed);
    return up(plan, options);
  };
  const loaded = loadedOf({}, () => ({ events: [neverBegins] }));
  const { result } = await campaign(t, { loaded, lab, samples: [1] });
  t.is(result.verdict, 'invalid');
  t.is(result.samples[0]!.invalidBefore, 2);
  t.is(seeds.length, 3);
  t.is(new Set(seeds).size, 3);
  t.is(result.samples[0]!.seed, seeds[2]!);
});

test('what the lab lacks leaves one variant out and runs the other', async (t) => {
  const loaded = loadedOf({ variants: ['ours', 'foreign'] }, (_, variant) => ({
    ...expecting,
    programs: variant === 'foreign' ? [{ name: 'x', on: 'phone', run: ['./x'], with: {} }] : [],
  }));
  const lab = pingLab();
  lab.lacks = (plan) =>
    plan.programs.some(({ id }) => id === 'x')
      ? [{ what: 'x runs ./x', remedy: 'add --lab netns' }]
      : [];
  const { result } = await campaign(t, { loaded, lab });
  t.deepEqual(
    result.rows.map(({ variant, verdict }) => [variant, verdict]),
    [
      ['ours', 'pass'],
      ['foreign', 'unsupported'],
    ],
  );
  t.regex(result.rows[1]!.why, /x runs \.\/x; add --lab netns/);
  t.deepEqual(
    result.samples.map(({ variant }) => variant),
    ['ours', 'ours'],
  );
  t.is(result.verdict, 'pass');
});

test('a variant whose program cannot be run is tried once, and the other is judged', async (t) => {
  const variants = ['ours', 'kernel'];
  const loaded = loadedOf({ variants }, () => expecting);
  let started = 0;
  const declines: Script = ({ program, record }) => {
    started += 1;
    record('program.unsupported', { id: program.id, reason: 'it exited with code 127' });
  };
  const { result: none } = await campaign(t, { loaded, lab: pingLab({ requester: declines }) });
  t.is(started, 2, 'once a variant');
  t.is(none.verdict, 'unsupported');
  t.deepEqual(
    none.rows.map(({ variant, verdict }) => [variant, verdict]),
    [
      ['ours', 'unsupported'],
      ['kernel', 'unsupported'],
    ],
  );
  t.regex(none.rows[0]!.why, /ping\/requester on phone cannot be run: it exited with code 127/);
});

test('an interrupted campaign writes what there is', async (t) => {
  const abort = new AbortController();
  const onSlot = (_: unknown, done: number): void => {
    if (done === 1) abort.abort();
  };
  const { result, read, path } = await campaign(t, {
    signal: abort.signal,
    onSlot,
    samples: [1, 2, 3],
  });
  t.true(result.run.interrupted);
  t.deepEqual(
    result.samples.map(({ outcome }) => outcome.kind),
    ['finished', 'interrupted'],
  );
  t.true(JSON.parse(read('result.json')).run.interrupted);
  t.deepEqual(readdirSync(path).toSorted(), [
    '.ropewalk-run',
    'campaign.json',
    'junit.xml',
    'records',
    'report.html',
    'report.md',
    'result.json',
    'samples.csv',
  ]);
});
