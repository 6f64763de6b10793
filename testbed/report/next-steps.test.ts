import test from 'ava';
import type { Result, ResultRow } from '../schema/result.ts';
import { listFindings } from './findings.ts';
import { groupFailures } from './group-failures.ts';
import { nextStepsFor } from './next-steps.ts';
import { resultOf, rowOf } from './testing-result.ts';

function commandsFor(rows: readonly Partial<ResultRow>[], parts: Partial<Result> = {}) {
  const result = resultOf({ ...parts, rows: rows.map((row) => rowOf(row)) });
  const groups = groupFailures(listFindings([result], undefined), result.rows);
  return nextStepsFor(groups, result).map(({ command }) => command);
}

const typed = (...command: string[]) => ({ run: { ...resultOf().run, command } });
const file = 'scenarios/failover.yaml';
const undecided = { verdict: 'inconclusive', why: 'the interval reaches across' } as const;
const cutShort = {
  verdict: 'inconclusive',
  cause: { kind: 'not-run', samples: 4, by: 'budget' },
} as const;

test('what another lab can run is run there, and the doctor is asked of what this machine lacks', (t) => {
  const unsupported = (why: string) => [{ verdict: 'unsupported', why } as const];
  const doctor = 'ropewalk doctor';
  t.deepEqual(commandsFor(unsupported('x runs ./x; the netns lab runs it: add --lab netns')), [
    `ropewalk run ${file} --lab netns`,
  ]);
  const noRoot =
    'the docker lab needs root; put sudo before it, or run it in virtual time: --lab sim';
  t.deepEqual(commandsFor(unsupported(noRoot), { lab: 'docker' }), [
    `ropewalk run ${file}`,
    doctor,
  ]);
  t.deepEqual(commandsFor(unsupported('no curl; apt-get install curl'), { lab: 'netns' }), [
    doctor,
  ]);
});

test('samples that the budget left out are run by going on in the same folder', (t) => {
  const run = [
    'ropewalk',
    'run',
    file,
    '--budget',
    '10min',
    '--out',
    'my runs',
    '--capture-failed',
  ];
  t.deepEqual(commandsFor([cutShort], typed(...run)), [
    `ropewalk run ${file} --out 'my runs' --capture-failed --resume`,
  ]);
});

test('a row that has all its samples and is undecided needs more of them', (t) => {
  t.deepEqual(commandsFor([undecided]), [`ropewalk run ${file} --repeat 21`]);
  t.deepEqual(commandsFor([cutShort, { ...undecided, expectation: 'other' }]), [
    `ropewalk run ${file} --resume`,
    `ropewalk run ${file} --repeat 21`,
  ]);
});

test('where shards were cut off, going on is a matter of each shard', (t) => {
  const merge = typed('ropewalk', 'merge', 'shards');
  t.deepEqual(commandsFor([cutShort], merge), ['ropewalk merge shards']);
});

test('a seed, an engine and a Mininet machine that were chosen are chosen again', (t) => {
  const mininet = ['--mininet', 'me@box:2222', '--mininet-proxy', "ssh 'a b' -W"];
  const words = ['ropewalk', 'run', file, '--seed=9', '--engine', 'kernel', ...mininet, '--json'];
  const parts = { ...typed(...words), lab: 'mininet' };
  const chosen = `--mininet me@box:2222 --mininet-proxy 'ssh '\\''a b'\\'' -W'`;
  t.deepEqual(commandsFor([undecided], parts), [
    `ropewalk run ${file} --lab mininet --seed 9 --engine kernel ${chosen} --repeat 21`,
  ]);
  t.deepEqual(commandsFor([{ verdict: 'invalid' }], parts), [
    'ropewalk doctor',
    `ropewalk calibrate ${file} --lab mininet ${chosen}`,
    `ropewalk run ${file} --lab mininet --seed 9 --engine kernel ${chosen}`,
  ]);
});

test('of merged shards the command of a row says which seed it was', (t) => {
  const again = `ropewalk run ${file} --seed 9 --case 'a b' --sample 3`;
  t.deepEqual(commandsFor([{ ...undecided, again }], typed('ropewalk', 'merge', 'shards')), [
    `ropewalk run ${file} --seed 9 --repeat 21`,
  ]);
});
