import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import type { ChangeModel } from '../schema/model.ts';
import { type ActiveChange, beginChange, endChange, handOver } from './active-changes.ts';
import { ScriptedLab } from './scripted-lab.ts';
import { planOf } from './testing-plan.ts';

const fields = ['delayNs', 'rateBps', 'duplicateRatio'] as const;
const nodes = ['phone', 'home'];

function linkSet(toward: Record<string, Record<string, number>>): ChangeModel {
  return { kind: 'link-set', link: 'wifi', toward };
}

async function build() {
  const lab = new ScriptedLab({});
  for (const node of nodes) {
    for (const field of fields) lab.standing.set(`wifi/${node}/${field}`, 0);
  }
  lab.standing.set('wifi', 'up');
  const live = await lab.up(planOf([]), { onRecord: () => {}, capture: undefined });
  const stack: ActiveChange[] = [];
  return { lab, live, stack };
}

test('the first of two overlapping changes ends without touching the second', async (t) => {
  const { lab, live, stack } = await build();
  const first = beginChange(stack, live, linkSet({ phone: { delayNs: 1, rateBps: 1 } }), true)!;
  const second = beginChange(stack, live, linkSet({ phone: { delayNs: 2 } }), true)!;
  endChange(stack, live, first);
  t.is(lab.standing.get('wifi/phone/delayNs'), 2);
  t.is(lab.standing.get('wifi/phone/rateBps'), 0);
  endChange(stack, live, second);
  t.is(lab.standing.get('wifi/phone/delayNs'), 0);
});

test('a link that two events hold down comes up when the last of them ends', async (t) => {
  const { lab, live, stack } = await build();
  const down: ChangeModel = { kind: 'link-down', link: 'wifi' };
  const first = beginChange(stack, live, down, true)!;
  const second = beginChange(stack, live, down, true)!;
  endChange(stack, live, first);
  t.is(lab.standing.get('wifi'), 'down');
  endChange(stack, live, second);
  t.is(lab.standing.get('wifi'), 'up');
});

test('two jumps of one clock are both taken back in the end', (t) => {
  const back = (driftRatio: number, offsetNs: number): ChangeModel => ({
    kind: 'clock-skew',
    node: 'phone',
    driftRatio,
    offsetNs,
  });
  const { left, taken } = handOver(back(0, -5), back(0.01, -3));
  t.is(left, undefined);
  t.deepEqual(taken, back(0, -8));
});

test('a lasting change within a passing one outlives it', async (t) => {
  const { lab, live, stack } = await build();
  const passing = beginChange(stack, live, linkSet({ phone: { delayNs: 1 } }), true)!;
  beginChange(stack, live, linkSet({ phone: { delayNs: 2 } }), false);
  endChange(stack, live, passing);
  t.is(lab.standing.get('wifi/phone/delayNs'), 2);
  t.is(stack.length, 0);
});

test('after any overlap stands what the changes still in force say, in the order they began', async (t) => {
  const change = fc.record({
    toward: fc.dictionary(
      fc.constantFrom(...nodes),
      fc.dictionary(fc.constantFrom(...fields), fc.integer({ min: 1, max: 99 }), {
        minKeys: 1,
        noNullPrototype: true,
      }),
      { minKeys: 1, noNullPrototype: true },
    ),
    ends: fc.boolean(),
  });
  const step = fc.oneof(
    change.map((begin) => ({ begin })),
    fc.nat(9).map((end) => ({ end })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { lab, live, stack } = await build();
      const inForce: { toward: Record<string, Record<string, number>>; active?: ActiveChange }[] =
        [];
      for (const next of steps) {
        if ('begin' in next) {
          const { toward, ends } = next.begin;
          const active = beginChange(stack, live, linkSet(toward), ends);
          inForce.push({ toward, ...(ends && active && { active }) });
        } else {
          const passing = inForce.filter((entry) => entry.active !== undefined);
          const ending = passing[next.end % Math.max(1, passing.length)];
          if (!ending) continue;
          endChange(stack, live, ending.active!);
          inForce.splice(inForce.indexOf(ending), 1);
        }
        t.deepEqual(cells(lab.standing), expected(inForce));
      }
    }),
    propertyRuns(200),
  );
});

function cells(standing: ReadonlyMap<string, unknown>): Record<string, unknown> {
  return Object.fromEntries([...standing].filter(([key]) => key.includes('/')));
}

function expected(
  inForce: readonly { toward: Record<string, Record<string, number>> }[],
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const node of nodes) for (const field of fields) values[`wifi/${node}/${field}`] = 0;
  for (const { toward } of inForce) {
    for (const [node, set] of Object.entries(toward)) {
      for (const [field, value] of Object.entries(set)) values[`wifi/${node}/${field}`] = value;
    }
  }
  return values;
}
