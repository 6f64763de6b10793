import { stripVTControlCharacters } from 'node:util';
import test from 'ava';
import { labNames } from '../labs/lab.ts';
import { diagnose } from '../labs/needs/diagnose.ts';
import { kernelWithout, laptop, machine } from '../labs/needs/testing-machines.ts';
import { formatDiagnosis } from './doctor.ts';
import { chooseLab } from './options.ts';
import { ropewalk } from './testing-runs.ts';

const plain = { colour: false, columns: 120 };

test('what stands is said in a word, what is missing with the line that adds it', (t) => {
  const state = machine({ kernel: kernelWithout('netem'), isContainer: false });
  const lines = formatDiagnosis(diagnose(state), plain).split('\n');
  t.true(lines.includes('sim: ready'));
  t.true(lines.includes('netns: ready'));
  t.true(lines.some((line) => /^there +TAP devices +works$/.test(line)));
  t.true(lines.some((line) => /^without +the netem queue +the kernel refuses it/.test(line)));
  t.true(lines.includes('docker: not ready'));
  t.true(lines.every((line) => line.length <= plain.columns));
});

test('a narrow terminal still shows all, and colours say nothing of their own', (t) => {
  const narrow = formatDiagnosis(diagnose(laptop), { colour: false, columns: 60 });
  t.regex(narrow, /two processor cores/);
  const coloured = formatDiagnosis(diagnose(laptop), { colour: true, columns: 120 });
  t.is(stripVTControlCharacters(coloured), formatDiagnosis(diagnose(laptop), plain));
});

test('doctor exits with 0 where sim runs, and with 5 for a lab by name that does not', async (t) => {
  const all = await ropewalk('.', ['doctor']);
  t.is(all.exitCode, 0);
  t.regex(all.stdout, /^sim: ready/);
  const one = await ropewalk('.', ['doctor', 'mininet', '--json']);
  t.is(one.exitCode, JSON.parse(one.stdout).labs[0].ready ? 0 : 5);
  t.is(JSON.parse(one.stdout).labs[0].lab, 'mininet');
  t.is((await ropewalk('.', ['doctor', 'cloud'])).exitCode, 2);
});

test('each lab that has a name can be chosen, or says what it stands on', async (t) => {
  for (const name of labNames) {
    // A built lab may lack what it stands on: a machine that ssh reaches.
    const code = await chooseLab(name, { mininet: '-' }).catch((error) => error.code);
    t.not(code, 'unknown-lab', name);
  }
});
