import test from 'ava';
import type { TraceRecord } from '../../../src/trace/record.ts';
import type { PlannedProgram } from '../../plan/plan.ts';
import { KeptPrograms } from './kept-programs.ts';

function program(id: string): PlannedProgram {
  const [settings, traffic, awaited, opens, startNs] = [{}, undefined, false, false, 0] as const;
  return { id, node: 'server', run: 'echo', settings, traffic, awaited, opens, startNs };
}

function record(kind: string, id: string, reason?: string): TraceRecord {
  return { tNs: 0, node: 'server', kind, id, ...(reason !== undefined && { reason }) };
}

const both = [program('one'), program('two')];
const longMs = 60_000;

test('all are waited for, and told as they are', async (t) => {
  const programs = new KeptPrograms(both);
  const ready = programs.untilReady(longMs);
  programs.note(record('program.ready', 'one'));
  t.deepEqual(
    programs.report().map(({ id, state }) => [id, state]),
    [
      ['one', 'ready'],
      ['two', 'starting'],
    ],
  );
  programs.note(record('program.ready', 'two'));
  await ready;
  programs.note(record('program.failed', 'two', 'exited with code 1'));
  t.is(programs.report()[1]!.state, 'failed: exited with code 1');
});

test('none is waited for where there is none', async (t) => {
  await t.notThrowsAsync(new KeptPrograms([]).untilReady(longMs));
});

test('one that fails is told at once, with the other not waited for', async (t) => {
  const programs = new KeptPrograms(both);
  const ready = programs.untilReady(longMs);
  programs.note(record('program.failed', 'two', 'exited with code 1'));
  const error = await t.throwsAsync(ready, { code: 'program-not-ready' });
  t.is(error.message, 'two on server failed: exited with code 1');
});

test('one that says nothing in time is named', async (t) => {
  const programs = new KeptPrograms(both);
  programs.note(record('program.ready', 'one'));
  const error = await t.throwsAsync(programs.untilReady(1), { code: 'program-not-ready' });
  t.is(error.message, 'two on server was not ready within 0.001 s');
});
