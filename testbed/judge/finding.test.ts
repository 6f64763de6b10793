import test from 'ava';
import { evaluateFact } from '../plan/facts.ts';
import type { Metric } from '../schema/result.ts';
import { type EvaluationScope, evaluateQuantity } from './evaluate.ts';
import { findTruth } from './finding.ts';
import { missing, parse, plain, plan, time } from './testing-samples.ts';

const metrics: Readonly<Record<string, Metric>> = {
  gap: time(96),
  'download.lost': plain(0),
  direct: missing('no packet came'),
};
const others: typeof metrics = { gap: time(200), direct: time(40) };

const scope: EvaluationScope = {
  variants: ['ours', 'kernel'],
  metricOf: (name, variant) => (variant === 'kernel' ? others : metrics)[name],
  factOf: (call) => evaluateFact(plan, call),
};

const quantities: readonly (readonly [string, number])[] = [
  ['gap', 96e6],
  ['kernel.gap', 200e6],
  ['0.5 * kernel.gap - gap', 4e6],
  ['-gap', -96e6],
  // Twice 10 + 5 ms, as the drawing has it.
  ['rtt(phone, gateway via wifi)', 30e6],
  ['min(gap, kernel.gap, 1 s)', 96e6],
  ['max(gap, kernel.gap, 1 ms)', 200e6],
  // 600 + 42 bytes at 50 Mbit/s.
  ['transmission(wifi toward phone, 2 * 300 B)', 102_720],
  ['rate(wifi) * 8 ms', 50_000],
];

test('an expression is reckoned from the metrics of its sample and the facts of its plan', (t) => {
  for (const [text, value] of quantities) {
    const result = evaluateQuantity(parse(text), scope);
    t.is(result.kind === 'value' ? result.value : result.reason, value, text);
  }
});

const absences: readonly (readonly [text: string, name: string, reason: string])[] = [
  ['direct', 'direct', 'no packet came'],
  ['2 * (gap + direct)', 'direct', 'no packet came'],
  ['max(gap, direct)', 'direct', 'no packet came'],
  ['-direct', 'direct', 'no packet came'],
  ['kernel.download.lost', 'kernel.download.lost', 'it was not measured'],
  ['gap / (gap - gap)', '/', 'it divides by 0'],
  ['rate(wan toward home)', 'rate', 'the rate of wan toward home is unlimited'],
];

test('what has no value passes its reason on to all that is made of it', (t) => {
  for (const [text, name, reason] of absences) {
    t.deepEqual(evaluateQuantity(parse(text), scope), { kind: 'missing', name, reason }, text);
  }
});

const truths: readonly (readonly [string, boolean | undefined])[] = [
  ['gap <= 96 ms', true],
  ['gap < 96 ms', false],
  ['gap >= 96 ms', true],
  ['gap > 96 ms', false],
  ['gap == 96 ms', true],
  ['gap != 96 ms', false],
  ['not gap != 96 ms', true],
  ['gap <= 0.5 * kernel.gap', true],
  ['gap <= rtt(phone, gateway via lte)', false],
  ['never(direct)', true],
  ['never(gap)', false],
  ['not never(gap)', true],
  ['not never(direct)', false],
  ['never(kernel.direct)', false],
  // No value: neither true nor false, unless the other side decides alone.
  ['direct <= 1 s', undefined],
  ['not direct <= 1 s', undefined],
  ['direct <= 1 s or never(direct)', true],
  ['direct <= 1 s or gap > 1 s', undefined],
  ['direct <= 1 s and gap > 1 s', false],
  ['direct <= 1 s and gap < 1 s', undefined],
  ['gap < 1 s and direct <= 1 s', undefined],
  ['gap > 1 s or direct <= 1 s', undefined],
  ['not (direct <= 1 s and gap > 1 s)', true],
  ['not (direct <= 1 s or gap < 1 s)', false],
  ['gap <= 1 s and download.lost == 0', true],
  ['gap <= 1 s and download.lost != 0', false],
  ['gap > 1 s or download.lost == 0', true],
];

test('an expression holds, is broken, or cannot be decided', (t) => {
  for (const [text, expected] of truths) {
    const finding = findTruth(parse(text), scope);
    t.is(finding.kind === 'decided' ? finding.holds : undefined, expected, text);
  }
});

test('of a joined condition the part that decides is shown', (t) => {
  const decider = (text: string) => {
    const { by } = findTruth(parse(text), scope);
    return by?.kind === 'comparison' && `${by.operator} ${(by.right as { value: number }).value}`;
  };
  t.is(decider('gap <= 1 s and download.lost > 3'), '> 3');
  t.is(decider('gap > 1 s or download.lost < 3'), '< 3');
  t.is(decider('not (gap > 1 s or download.lost < 3)'), '>= 3');
});
