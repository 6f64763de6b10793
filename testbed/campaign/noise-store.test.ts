import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { seedRandom } from '../../src/base/random.ts';
import { nsPerMs } from '../../src/base/time.ts';
import { formatTable } from '../report/table.ts';
import type { Script } from '../run/scripted-lab.ts';
import type { ExpectationModel, MeasureModel } from '../schema/model.ts';
import { parseExpression } from '../schema/parse-expression.ts';
import { createNoisyMachine, drawTime, sharedMachine } from '../statistics/noisy-machine.ts';
import { runCampaign } from './campaign.ts';
import type { CampaignOptions } from './campaign-options.ts';
import { openFolder } from './folder.ts';
import { openNoiseFiles } from './noise-store.ts';
import { startRunClock } from './run-facts.ts';
import { loadedOf, pingLab } from './testing-scenario.ts';

const wait: MeasureModel = {
  ...{ name: 'wait', what: 'rtt', of: 'ping', pick: 'median', where: {} },
  ...{ around: undefined, window: undefined, kind: undefined },
};

function expecting(that: string, marginRatio: number): ExpectationModel {
  const reading = parseExpression(that);
  if (reading.kind === 'problem') throw new Error(that);
  return {
    ...{ name: 'alike', that: reading.expression, text: that, at: 'median', because: undefined },
    ...{ kind: 'bound', severity: 'fail', knownFailing: undefined, against: undefined },
    ...{ marginRatio, better: undefined },
  };
}

/** Both variants are the same, on a machine whose runs differ as those of shared ones do. */
function noisyLab(seed: number) {
  const machine = createNoisyMachine(sharedMachine, seedRandom(seed, 'machine'));
  const requester: Script = ({ program, ready, after, record, finish }) => {
    const flow = String(program.settings['flow']);
    ready();
    record('flow.opened', { flow });
    const rttNs = Math.round(drawTime(machine, 8 * nsPerMs));
    for (const n of [1, 2, 3]) {
      after(n * 20 * nsPerMs, () => record('request.sent', { flow, n, bytes: 100 }));
      after(n * 20 * nsPerMs + rttNs, () =>
        record('response.received', { flow, n, bytes: 100, rttNs }),
      );
    }
    after(100 * nsPerMs, finish);
  };
  return Object.assign(pingLab({ requester }), { name: 'netns' as const });
}

function temporary(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function campaign(t: ExecutionContext, parts: Partial<CampaignOptions> = {}) {
  const looks = { first: 10, most: 20 };
  const loaded = loadedOf(
    { variants: ['x', 'y'], repeat: 10, looks: { samples: looks, pairs: looks } },
    () => ({
      ...{ measures: [wait], repeat: 10, looks: { samples: looks, pairs: looks } },
      expectations: [expecting('wait == y.wait', 0.001)],
    }),
  );
  return runCampaign({
    ...{ loaded, lab: noisyLab(1), folder: openFolder(temporary(t)), seed: 7 },
    ...{ cases: ['default'], variants: ['x', 'y'], capture: false, gate: undefined },
    samples: Array.from({ length: 10 }, (_, at) => at + 1),
    ...{ references: () => undefined, signal: new AbortController().signal },
    ...{ clock: startRunClock(), facts: { command: ['ropewalk'], version: '0.0.0' } },
    ...{ again: () => 'again', onSlot: () => undefined },
    ...parts,
  });
}

test('a run in a real lab measures the floor of this machine itself, and shows it', async (t) => {
  const result = await campaign(t);
  const [row] = result.rows;
  t.is(row!.margin?.askedRatio, 0.001);
  t.true(row!.margin!.noiseFloorRatio! > 0.02 && row!.margin!.noiseFloorRatio! < 0.2);
  t.is(row!.margin?.ratio, row!.margin?.noiseFloorRatio);
  t.not(row!.verdict, 'fail');
  const table = formatTable(result, undefined, { colour: false, columns: 400 });
  t.regex(table, /margin 0\.1 %, never under this machine's A\/A floor of \d+(\.\d+)? %/);
});

test('in sim the same runs have no floor', async (t) => {
  const lab = Object.assign(noisyLab(1), { name: 'sim' as const });
  const [row] = (await campaign(t, { lab })).rows;
  t.is(row!.margin, undefined);
  t.notRegex(row!.why, /floor/);
});

test('too few pairs say how many are missing and what to type, and are kept for later runs', async (t) => {
  const folder = join(temporary(t), 'noise');
  const noise = openNoiseFiles(folder);
  const few = { noise, samples: [1, 2, 3, 4, 5] };
  const first = (await campaign(t, few)).rows[0]!;
  t.is(first.verdict, 'inconclusive');
  t.regex(first.why, /there are 8 of the 10 A\/A pairs .*, 2 are missing: --repeat 6$/);
  t.is(readdirSync(folder).length, 2);
  const second = (await campaign(t, few)).rows[0]!;
  t.notRegex(second.why, /missing/);
  t.true(second.margin!.noiseFloorRatio! > 0);
});

test('what was kept is of this scenario, lab and figure, and only the newest of it', (t) => {
  const folder = join(temporary(t), 'noise');
  const store = openNoiseFiles(folder);
  store.add('a', { figure: 'wait' }, [1, 2, 3]);
  store.add('a', { figure: 'wait' }, [4]);
  t.deepEqual(store.read('a'), [4, 3, 2, 1]);
  t.deepEqual(store.read('b'), []);
  store.add('a', {}, new Array<number>(100).fill(9));
  t.deepEqual(store.read('a'), new Array<number>(40).fill(9));
});

test('a cache that is broken or cannot be written is none', (t) => {
  const folder = temporary(t);
  writeFileSync(join(folder, 'a.json'), '{"distances":["far"');
  const store = openNoiseFiles(folder);
  t.deepEqual(store.read('a'), []);
  writeFileSync(join(folder, 'b.json'), '{"distances":["far"]}');
  t.deepEqual(store.read('b'), []);
  const blocked = openNoiseFiles(join(folder, 'a.json', 'below'));
  t.notThrows(() => blocked.add('c', {}, [1]));
  t.true(existsSync(join(folder, 'a.json')));
  t.regex(readFileSync(join(folder, 'a.json'), 'utf8'), /far/);
});
