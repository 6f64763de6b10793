import test from 'ava';
import fc from 'fast-check';
import { type Deadlined, type DeadlineQueue, moveDeadline, takeDue } from './deadline-queue.ts';
import { never } from './time.ts';

interface Named extends Deadlined {
  readonly name: string;
}

const make = (): DeadlineQueue<Named> => ({ deadlineNs: never, timers: { heap: [] } });
const subject = (name: string): Named => ({ name, deadlineAtNs: never, queuedAtNs: never });

function drain(queue: DeadlineQueue<Named>, nowNs: number): string[] {
  const names: string[] = [];
  for (let due = takeDue(queue, nowNs); due !== undefined; due = takeDue(queue, nowNs)) {
    names.push(due.name);
    moveDeadline(queue, due, never);
  }
  return names;
}

test('a subject is due at its deadline, once, and not before', (t) => {
  const queue = make();
  moveDeadline(queue, subject('a'), 10);
  t.is(queue.deadlineNs, 10);
  t.deepEqual(drain(queue, 9), []);
  t.deepEqual(drain(queue, 10), ['a']);
  t.deepEqual(drain(queue, 1_000), []);
  t.is(queue.deadlineNs, never);
});

test('a deadline that moves later takes its entry along only when that comes up', (t) => {
  const queue = make();
  const one = subject('a');
  for (const atNs of [10, 20, 30, 40]) moveDeadline(queue, one, atNs);
  t.is(queue.timers.heap.length, 1);
  t.deepEqual(drain(queue, 39), []);
  t.is(queue.deadlineNs, 40);
  t.deepEqual(drain(queue, 40), ['a']);
});

test('a deadline that moves earlier is heeded, and the entry left behind is not', (t) => {
  const queue = make();
  const one = subject('a');
  moveDeadline(queue, one, 40);
  moveDeadline(queue, one, 10);
  t.deepEqual(drain(queue, 10), ['a']);
  t.deepEqual(drain(queue, 40), []);
});

test('after any moves the same subjects are due as in a list that is searched', (t) => {
  const move = fc.record({
    who: fc.nat({ max: 4 }),
    atNs: fc.oneof(fc.nat({ max: 60 }), fc.constant(never)),
    drainsAtNs: fc.option(fc.nat({ max: 60 })),
  });
  const property = fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
    const queue = make();
    const all = [0, 1, 2, 3, 4].map((name) => subject(String(name)));
    const wanted = new Map<string, number>();
    for (const { who, atNs, drainsAtNs } of moves) {
      moveDeadline(queue, all[who]!, atNs);
      wanted.set(all[who]!.name, atNs);
      if (drainsAtNs === null) continue;
      const due = [...wanted].filter(([, deadlineNs]) => deadlineNs <= drainsAtNs);
      for (const [name] of due) wanted.delete(name);
      t.deepEqual(drain(queue, drainsAtNs).sort(), due.map(([name]) => name).sort());
    }
  });
  fc.assert(property, { seed: 1, numRuns: 300 });
});
