import test from 'ava';
import { type NatPreset, natPresets } from '../../schema/nat-presets.ts';
import { natBehaviours } from '../../schema/nat-settings.ts';
import { createSimLab } from '../sim/sim-lab.ts';
import type { BoxSetting } from './box-setting.ts';
import { classifyBoxes } from './classify-boxes.ts';
import { judgeBox } from './judge-calibration.ts';

function boxOf(name: string, { source: _, ...settings }: NatPreset): BoxSetting {
  return { name, engine: 'model', settings };
}

const presets = Object.entries(natPresets).map(([name, preset]) => boxOf(name, preset));
const base = presets[0]!.settings;
const grid = natBehaviours.flatMap((mapping) =>
  natBehaviours.map((filtering): BoxSetting => {
    const settings = { ...base, mapping, filtering, ports: 'random' } as const;
    return { name: `${mapping}, ${filtering}`, engine: 'model', settings };
  }),
);

test('every kind of box is told apart, in virtual time, by the probe that a calibration starts', async (t) => {
  const boxes = [...presets, ...grid];
  const seen = await classifyBoxes(createSimLab(), boxes);
  for (const [at, { name, settings }] of boxes.entries()) {
    const off = judgeBox(name, settings, seen[at]).filter(({ standing }) => standing === 'off');
    t.deepEqual(off, []);
  }
});

test('a box that is another one than asked for is off', async (t) => {
  const [strict] = grid.slice(-1);
  const [open] = grid;
  const [seen] = await classifyBoxes(createSimLab(), [strict!]);
  const rows = judgeBox('box', open!.settings, seen);
  t.deepEqual(
    rows.map(({ what, standing }) => [what, standing]),
    [
      ['mapping', 'off'],
      ['filtering', 'off'],
      ['mapping after a stray packet', 'off'],
      ['filtering after a stray packet', 'off'],
    ],
  );
});

test('a probe that told nothing is off, and says so', (t) => {
  const rows = judgeBox('box', base, undefined);
  t.true(
    rows.every(({ standing, seen }) => standing === 'off' && seen === 'the probe told nothing'),
  );
});
