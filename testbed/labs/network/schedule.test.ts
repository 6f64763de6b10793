import test from 'ava';
import fc from 'fast-check';
import { FaultError } from '../../../src/base/errors.ts';
import { propertyRuns } from '../../../src/base/property-runs.conformance.ts';
import { never } from '../../../src/base/time.ts';
import {
  type Actor,
  addActor,
  createSchedule,
  removeActor,
  type Schedule,
  setDeadline,
  wakeNext,
} from './schedule.ts';

function recorder(
  woken: string[],
  label: string,
  next: (nowNs: number) => number = () => never,
): Actor {
  return {
    label,
    wake(nowNs) {
      woken.push(`${label}@${nowNs}`);
      return next(nowNs);
    },
  };
}

function runAll(schedule: Schedule, limitNs = never): void {
  while (wakeNext(schedule, limitNs));
}

test('actors wake in the order of their deadlines', (t) => {
  const woken: string[] = [];
  const schedule = createSchedule();
  for (const at of [30, 10, 20])
    setDeadline(schedule, addActor(schedule, recorder(woken, 'a')), at);
  runAll(schedule);
  t.deepEqual(woken, ['a@10', 'a@20', 'a@30']);
  t.is(schedule.nowNs, 30);
});

test('actors of one instant wake in the order in which they asked', (t) => {
  const woken: string[] = [];
  const schedule = createSchedule();
  const slots = ['a', 'b', 'c', 'd'].map((label) => addActor(schedule, recorder(woken, label)));
  for (const slot of slots.toReversed()) setDeadline(schedule, slot, 5);
  runAll(schedule);
  t.deepEqual(woken, ['d@5', 'c@5', 'b@5', 'a@5']);
});

test('asking for the same time again keeps the place in the order', (t) => {
  const woken: string[] = [];
  const schedule = createSchedule();
  const first = addActor(schedule, recorder(woken, 'first'));
  const second = addActor(schedule, recorder(woken, 'second'));
  setDeadline(schedule, first, 5);
  setDeadline(schedule, second, 5);
  setDeadline(schedule, first, 5);
  runAll(schedule);
  t.deepEqual(woken, ['first@5', 'second@5']);
});

test('an actor that is due again at once lets the others of that instant go first', (t) => {
  const woken: string[] = [];
  const schedule = createSchedule();
  let again = 2;
  const busy = addActor(
    schedule,
    recorder(woken, 'busy', (nowNs) => (again-- > 0 ? nowNs : never)),
  );
  const other = addActor(schedule, recorder(woken, 'other'));
  setDeadline(schedule, busy, 1);
  setDeadline(schedule, other, 1);
  runAll(schedule);
  t.deepEqual(woken, ['busy@1', 'other@1', 'busy@1', 'busy@1']);
});

test('a deadline in the past counts as now, and time never goes back', (t) => {
  const woken: string[] = [];
  const schedule = createSchedule();
  const late = addActor(schedule, recorder(woken, 'late'));
  const actor = addActor(schedule, {
    label: 'setter',
    wake() {
      setDeadline(schedule, late, 3);
      return never;
    },
  });
  setDeadline(schedule, actor, 10);
  runAll(schedule);
  t.deepEqual(woken, ['late@10']);
});

test('nothing later than the limit wakes, and it wakes on the next call', (t) => {
  const woken: string[] = [];
  const schedule = createSchedule();
  setDeadline(schedule, addActor(schedule, recorder(woken, 'a')), 11);
  runAll(schedule, 10);
  t.deepEqual(woken, []);
  runAll(schedule, 11);
  t.deepEqual(woken, ['a@11']);
});

test('an actor that was removed, even while it wakes, is not woken again', (t) => {
  const woken: string[] = [];
  const schedule = createSchedule();
  const slot: number = addActor(schedule, {
    label: 'leaving',
    wake(nowNs) {
      woken.push(`leaving@${nowNs}`);
      removeActor(schedule, slot);
      return nowNs + 1;
    },
  });
  const gone = addActor(schedule, recorder(woken, 'gone'));
  setDeadline(schedule, slot, 1);
  setDeadline(schedule, gone, 2);
  removeActor(schedule, gone);
  runAll(schedule);
  t.deepEqual(woken, ['leaving@1']);
});

test('a loop within one instant is a fault that names who loops', (t) => {
  const schedule = createSchedule();
  const slot = addActor(schedule, { label: 'link a toward b', wake: (nowNs) => nowNs });
  setDeadline(schedule, slot, 7);
  const error = t.throws(() => runAll(schedule), { instanceOf: FaultError });
  t.is(error.message, 'virtual time stands still at 7 ns: link a toward b wakes without end');
});

test('random deadlines, moved and cancelled, wake like a sorted list does', (t) => {
  const moves = fc.array(fc.tuple(fc.nat(40), fc.oneof(fc.nat(1000), fc.constant(never))), {
    maxLength: 400,
  });
  fc.assert(
    fc.property(moves, (list) => {
      const woken: string[] = [];
      const schedule = createSchedule();
      const slots = Array.from({ length: 41 }, (_, at) =>
        addActor(schedule, recorder(woken, String(at))),
      );
      const expected = new Map<number, { atNs: number; order: number }>();
      for (const [order, [which, atNs]] of list.entries()) {
        setDeadline(schedule, slots[which]!, atNs);
        const before = expected.get(which);
        if (atNs === never) expected.delete(which);
        else if (before?.atNs !== atNs) expected.set(which, { atNs, order });
      }
      runAll(schedule);
      const sorted = [...expected].toSorted(([, a], [, b]) => a.atNs - b.atNs || a.order - b.order);
      t.deepEqual(
        woken,
        sorted.map(([which, { atNs }]) => `${which}@${atNs}`),
      );
    }),
    propertyRuns(200),
  );
});
