import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { judgeScenario } from '../judge/judge.ts';
import type { JudgeInput, Judgement, SampleNeed } from '../judge/judgement.ts';
import type { LabName } from '../labs/lab.ts';
import type { Script } from '../run/scripted-lab.ts';
import type { Expression } from '../schema/expression.ts';
import type { ExpectationModel } from '../schema/model.ts';
import type { SampleResult } from '../schema/result.ts';
import { runCampaign } from './campaign.ts';
import type { CampaignOptions } from './campaign-options.ts';
import { openFolder } from './folder.ts';
import { startRunClock } from './run-facts.ts';
import { loadedOf, pingLab } from './testing-scenario.ts';

const span = { start: 0, end: 1 };
const that: Expression = {
  kind: 'binary',
  operator: '==',
  left: { kind: 'name', path: ['ping', 'answered'], span },
  right: { kind: 'number', value: 3, dimension: 'plain', span },
  span,
};
const allAnswered: ExpectationModel = {
  name: 'all-answered',
  ...{ that, text: 'ping.answered == 3', at: 'every', because: undefined, kind: 'bound' },
  ...{ severity: 'fail', knownFailing: undefined, against: undefined },
  ...{ marginRatio: undefined, better: undefined },
};

/** Looks at what there is and asks for what the list says next. */
function judgeAsking(asked: (readonly SampleNeed[])[]) {
  const seen: number[] = [];
  const judge = (input: JudgeInput): Judgement => {
    seen.push(input.samples.length);
    return { rows: judgeScenario(input), needs: asked[seen.length - 1] ?? [] };
  };
  return { judge, seen };
}

const loaded = loadedOf({ cases: [{ id: 'a' }, { id: 'b' }], variants: ['x', 'y'] }, () => ({
  expectations: [allAnswered],
}));

interface Extra extends Partial<CampaignOptions> {
  readonly labName?: LabName;
  readonly path?: string;
}

async function campaign(t: ExecutionContext, { labName = 'sim', path, ...parts }: Extra) {
  const folder = path ?? mkdtempSync(join(tmpdir(), 'ropewalk-'));
  if (path === undefined) t.teardown(() => rmSync(folder, { recursive: true }));
  const begun: string[] = [];
  const result = await runCampaign({
    loaded,
    lab: Object.assign(pingLab(), { name: labName }),
    folder: path === undefined ? openFolder(folder) : { path },
    ...{ seed: 7, cases: ['a', 'b'], variants: ['x', 'y'], samples: [1, 2] },
    references: () => undefined,
    ...{ capture: false, gate: undefined, signal: new AbortController().signal },
    clock: startRunClock(),
    facts: { command: ['ropewalk'], version: '0.0.0' },
    again: () => 'again',
    onSlot: ({ caseId, variant, sample }, done, total, look) => {
      begun.push(`${caseId}${variant}${sample} ${done}/${total} ${look}`);
    },
    ...parts,
  });
  return { result, begun, folder };
}

function names(samples: readonly SampleResult[]): string {
  return samples.map((one) => `${one.case}${one.variant}${one.sample}`).join(' ');
}

test('a second look runs what the judge asks for, and no more', async (t) => {
  const { judge, seen } = judgeAsking([
    [
      { caseId: 'b', variant: 'x', samples: 4 },
      { caseId: 'b', variant: 'y', samples: 3 },
    ],
  ]);
  const { result, begun } = await campaign(t, { judge });
  t.deepEqual(seen, [8, 11]);
  t.deepEqual(begun.slice(8), ['bx3 8/11 2', 'by3 9/11 2', 'bx4 10/11 2']);
  t.is(names(result.samples), 'ax1 ay1 ax2 ay2 bx1 by1 bx2 by2 bx3 by3 bx4');
});

test('a judge that asks for what is there already is asked no more', async (t) => {
  const { judge, seen } = judgeAsking(Array(9).fill([{ caseId: 'a', variant: 'x', samples: 2 }]));
  await campaign(t, { judge });
  t.deepEqual(seen, [8]);
});

test('in real time variants go there and back, also in the second look; the result is in order', async (t) => {
  const needs = ['x', 'y'].map((variant) => ({ caseId: 'b', variant, samples: 4 }));
  const { judge } = judgeAsking([needs]);
  const { result, begun } = await campaign(t, { judge, labName: 'netns', cases: ['b'] });
  const order = begun.map((slot) => slot.split(' ')[0]).join(' ');
  t.is(order, 'bx1 by1 by2 bx2 bx3 by3 by4 bx4');
  t.is(names(result.samples), 'bx1 by1 bx2 by2 bx3 by3 bx4 by4');
});

/** Over after so many samples were begun. */
function budgetOf(samples: number, begun: () => number) {
  return { text: '10 min', leftMs: () => (begun() < samples ? 1e9 : 0) };
}

test('a budget ends a run between pairs, and rows say what is missing', async (t) => {
  let count = 0;
  const onSlot = (): void => {
    count += 1;
  };
  const { result } = await campaign(t, { onSlot, budget: budgetOf(5, () => count) });
  t.is(names(result.samples), 'ax1 ay1 ax2 ay2 bx1 by1');
  const rows = result.rows.map(({ case: id, variant, verdict, why }) => [
    id + variant,
    verdict,
    why,
  ]);
  t.deepEqual(
    rows.map(([place, verdict]) => [place, verdict]),
    [
      ['ax', 'pass'],
      ['ay', 'pass'],
      ['bx', 'inconclusive'],
      ['by', 'inconclusive'],
    ],
  );
  t.regex(rows[2]![2]!, /; 1 sample no longer fit into the budget of 10 min$/);
  const cut = { kind: 'not-run', samples: 1, by: 'budget' };
  t.deepEqual(
    result.rows.map(({ cause }) => cause),
    [undefined, undefined, cut, cut],
  );
  t.is(result.verdict, 'inconclusive');
});

test('a look that does not fit as a whole is not begun', async (t) => {
  const { judge, seen } = judgeAsking([[{ caseId: 'a', variant: 'x', samples: 15 }]]);
  let count = 0;
  const onSlot = (): void => {
    count += 1;
  };
  const { result } = await campaign(t, { judge, onSlot, budget: budgetOf(8, () => count) });
  t.is(result.samples.length, 8);
  t.deepEqual(seen, [8]);
});

test('resumed in the second look, it runs what is missing and judges the same', async (t) => {
  const needs: SampleNeed[] = [{ caseId: 'a', variant: 'x', samples: 5 }];
  const whole = await campaign(t, judgeAsking([needs]));
  const abort = new AbortController();
  const cut = await campaign(t, {
    ...judgeAsking([needs]),
    signal: abort.signal,
    onSlot: (_slot, done) => {
      if (done === 9) abort.abort();
    },
  });
  t.is(cut.result.samples.at(2 * 2 + 1)?.outcome.kind, 'interrupted');
  const resumed = await campaign(t, {
    ...judgeAsking([needs]),
    resume: true,
    path: cut.folder,
  });
  t.deepEqual(resumed.begun, ['ax4 9/11 2', 'ax5 10/11 2']);
  const { run: _, ...one } = whole.result;
  const { run: __, ...other } = resumed.result;
  t.deepEqual(other, one);
});

test('samples that failed are stored, and not run again by --resume', async (t) => {
  const requester: Script = ({ ready, fail }) => {
    ready();
    fail('it fell over');
  };
  const lab = pingLab({ requester });
  const first = await campaign(t, { lab });
  t.is(first.result.verdict, 'fail');
  const path = 'records/a/x/sample-2.json';
  const stored = JSON.parse(readFileSync(join(first.folder, path), 'utf8'));
  t.is(stored.outcome.kind, 'failed');
  t.regex(stored.outcome.reason, /it fell over/);
  t.true(existsSync(join(first.folder, 'records/a/x/sample-2.ndjson')));
  const again = await campaign(t, { lab, resume: true, path: first.folder });
  t.deepEqual(again.begun, []);
  t.deepEqual(again.result.samples, first.result.samples);
});
