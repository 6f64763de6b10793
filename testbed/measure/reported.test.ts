import test from 'ava';
import type { ForeignModel, MeasureModel, ReadsModel } from '../schema/model.ts';
import { measureSample } from './measure-sample.ts';
import { measured, missing } from './metric.ts';
import { contextOf, measureOf, recordAt } from './testing-records.ts';

const regexOf = (source: string): ReadsModel => ({ kind: 'regex', source, flags: 'u' });

/** A run in which the probe was such a command and left this. */
function metricOf(
  reads: ReadsModel | undefined,
  left: Readonly<Record<string, string | number | null>> | undefined,
  parts: Partial<MeasureModel> = {},
) {
  const exited = left && [recordAt(9, 'phone', 'program.exited', { id: 'probe', ...left })];
  const context = contextOf(...(exited ? [exited] : []));
  const foreign = { reads } as ForeignModel;
  const programs = context.plan.programs.map((one) =>
    one.id === 'probe' ? { ...one, foreign } : one,
  );
  const measure = { ...measureOf('reported', { of: 'probe' }), ...parts };
  return measureSample([measure], { ...context, plan: { ...context.plan, programs } })['m'];
}

const mbps = { dimension: 'rate', multiplier: 1_000_000, divisor: 1 } as const;
const percent = { dimension: 'plain', multiplier: 1, divisor: 100 } as const;

test('an exit code is a plain number; what a signal ended has none', (t) => {
  const reads = { kind: 'exit-code' } as const;
  t.deepEqual(metricOf(reads, { code: 7, signal: null }), measured(7, 'plain'));
  t.deepEqual(metricOf(reads, { code: 0, signal: null }), measured(0, 'plain'));
  const killed = metricOf(reads, { code: null, signal: 'SIGKILL' });
  t.deepEqual(killed, missing('probe: it was ended by SIGKILL, which is no exit code'));
});

test('what has not come to an end has reported nothing', (t) => {
  t.deepEqual(metricOf({ kind: 'exit-code' }, undefined), missing('probe had not come to an end'));
});

const report = JSON.stringify({
  intervals: [{ sum: { bits_per_second: 4e6 } }, { sum: { bits_per_second: 8e6 } }],
  end: { sum_received: { bits_per_second: 9.5e6, lost_percent: '2.5' }, note: 'fine' },
});
const iperf = { kind: 'iperf3-json' } as const;
const fieldOf = (field: string, parts: Partial<MeasureModel> = {}) =>
  metricOf(iperf, { code: 0, stdout: report }, { field, ...parts });

test("a path leads into iperf3's report, through lists as well", (t) => {
  t.deepEqual(fieldOf('end.sum_received.bits_per_second'), measured(9.5e6, 'plain'));
  t.deepEqual(fieldOf('intervals.1.sum.bits_per_second'), measured(8e6, 'plain'));
  const each = 'intervals.sum.bits_per_second';
  t.deepEqual(fieldOf(each, { pick: 'max' }), measured(8e6, 'plain'));
  t.deepEqual(fieldOf(each, { pick: 'median' }), measured(6e6, 'plain'));
});

test('a figure comes to its base unit', (t) => {
  const lost = fieldOf('end.sum_received.lost_percent', { unit: percent });
  t.deepEqual(lost, measured(0.025, 'plain'));
  const said = metricOf(regexOf('([\\d.]+) Mbits'), { stdout: '12.5 Mbits/sec' }, { unit: mbps });
  t.deepEqual(said, measured(12_500_000, 'rate'));
});

test('a report that lacks the figure says so', (t) => {
  t.deepEqual(fieldOf('end.sum.x'), missing('probe: its report has no end.sum.x'));
  t.deepEqual(fieldOf('end.note'), missing('probe: "fine" is not a number'));
  t.deepEqual(fieldOf('end.constructor'), missing('probe: its report has no end.constructor'));
  const failed = JSON.stringify({ error: 'unable to connect to server' });
  const broken = metricOf(iperf, { stdout: failed }, { field: 'end' });
  t.deepEqual(broken, missing('probe: unable to connect to server'));
  const text = metricOf(iperf, { stdout: 'Connecting …' }, { field: 'end' });
  t.deepEqual(text, missing('probe: its output is not JSON; does it have -J?'));
});

const pings = 'seq=1 time=10.5 ms\nseq=2 time=11.5 ms\nseq=3 time=30 ms\n';

test('every match of a regular expression is a figure, on both of its streams', (t) => {
  const time = regexOf(String.raw`^seq=\d+ time=(?<time>[\d.]+)`);
  const ms = { dimension: 'time', multiplier: 1_000_000, divisor: 1 } as const;
  const parts = { field: 'time', unit: ms };
  t.deepEqual(metricOf(time, { stdout: pings }, parts), measured(11_500_000, 'time'));
  const most = { ...parts, pick: 'max' } as const;
  t.deepEqual(metricOf(time, { stderr: pings }, most), measured(30_000_000, 'time'));
});

test('without a name the first group counts, and without a group all that fits', (t) => {
  t.deepEqual(metricOf(regexOf('time=(30)'), { stdout: pings }), measured(30, 'plain'));
  t.deepEqual(metricOf(regexOf('30'), { stdout: pings }), measured(30, 'plain'));
  const none = metricOf(regexOf('loss (\\d+)'), { stdout: pings });
  t.deepEqual(none, missing('probe: nothing in its output fits loss (\\d+)'));
});
