import test from 'ava';
import { nsPerMs } from '../base/time.ts';
import type { SourceToTarget, ToUnit } from './messages.ts';
import {
  advanceSource,
  beginUpgrade,
  createSource,
  hearTarget,
  hearUnitAsSource,
  type SourceSink,
  type SourceState,
  setComplete,
} from './source.ts';

const sink: SourceSink = {
  sayUnit() {},
  sayTarget() {},
  createTarget() {},
  endTarget() {},
  exportState: () => '',
  hold() {},
  stop: () => ({ kind: 'data', changes: '', leftovers: [], carried: '' }),
  close() {},
  leave() {},
  record() {},
  abandoned() {},
};

const tokens = { state: 'x', indication: 'y' };

/** One connection is in the middle of a message when the state is copied. */
function awaitLullBeside(straggler: number): SourceState {
  const state = createSource('counter', '1');
  setComplete(state, straggler, false, 0, sink);
  beginUpgrade(state, ['node'], 0, sink);
  hearUnitAsSource(state, { kind: 'ticket', tokens }, sink);
  hearTarget(state, { kind: 'hello', version: '2', pid: 2 }, 0, sink);
  hearTarget(state, { kind: 'state-copied' }, 0, sink);
  return state;
}

function gatherBeside(straggler: number): SourceState {
  const state = awaitLullBeside(straggler);
  // Nobody was held so long.
  state.deadlineNs = 0;
  advanceSource(state, 0, sink);
  return state;
}

test('where somebody is always in the middle of a message, each wait for it is twice the last, up to half a second', (t) => {
  const state = gatherBeside(1);
  const waitsMs: number[] = [];
  let nowNs = 0;
  for (let straggler = 1; straggler < 10; straggler++) {
    waitsMs.push((state.deadlineNs - nowNs) / nsPerMs);
    nowNs = state.deadlineNs;
    advanceSource(state, nowNs, sink);
    setComplete(state, straggler + 1, false, nowNs, sink);
    setComplete(state, straggler, true, nowNs, sink);
  }
  t.deepEqual(waitsMs, [4, 8, 16, 32, 64, 128, 256, 512, 512]);
});

test('nobody is held for somebody in the middle of a message who ends within 50 ms', (t) => {
  const held: boolean[] = [];
  const telling = { ...sink, hold: (isHeld: boolean) => void held.push(isHeld) };
  const state = awaitLullBeside(1);
  t.deepEqual([state.phase.kind, state.deadlineNs], ['awaiting-lull', 50 * nsPerMs]);
  setComplete(state, 2, false, 0, telling);
  setComplete(state, 1, true, 0, telling);
  t.deepEqual([state.phase.kind, held], ['awaiting-lull', []]);
  setComplete(state, 2, true, 0, telling);
  t.deepEqual([state.phase.kind, held], ['indicated', [true]]);
});

test('where somebody is always in the middle of a message, the others are held after 50 ms', (t) => {
  const state = awaitLullBeside(1);
  advanceSource(state, 50 * nsPerMs - 1, sink);
  t.is(state.phase.kind, 'awaiting-lull');
  advanceSource(state, 50 * nsPerMs, sink);
  t.deepEqual([state.phase.kind, state.deadlineNs], ['gathering', 54 * nsPerMs]);
});

test('a program may take as long to start as the whole upgrade may', (t) => {
  const state = createSource('counter', '1');
  beginUpgrade(state, ['node'], 0, sink);
  hearUnitAsSource(state, { kind: 'ticket', tokens }, sink);
  t.is(state.deadlineNs, 30_000 * nsPerMs);
});

test('system 4.6: a target that never asks for the switch costs five seconds, and the sockets come back', (t) => {
  const state = gatherBeside(1);
  const said: string[] = [];
  const telling = { ...sink, sayUnit: ({ kind }: ToUnit) => void said.push(kind) };
  setComplete(state, 1, true, 0, telling);
  t.is(state.phase.kind, 'indicated');
  t.is(state.deadlineNs, 5_000 * nsPerMs);
  advanceSource(state, state.deadlineNs, telling);
  t.deepEqual(said, ['stopped', 'give-back']);
  hearUnitAsSource(state, { kind: 'given-back', sockets: [] }, telling);
  t.is(state.phase.kind, 'serving');
});

test('from the stop on it waits for nobody: data and indication go at once, with a token that was not told before', (t) => {
  const state = gatherBeside(1);
  const said: SourceToTarget[] = [];
  const telling = { ...sink, sayTarget: (message: SourceToTarget) => void said.push(message) };
  setComplete(state, 1, true, 0, telling);
  t.deepEqual(
    said.map(({ kind }) => kind),
    ['data', 'indication'],
  );
  t.like(said[1], { token: 'y' });
});
