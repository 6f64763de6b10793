/** Conditions of events, asked again and again while a run goes on. */
import type { Expression } from '../schema/expression.ts';
import { trafficPropertyTable } from '../schema/metric-table.ts';
import type { Metric } from '../schema/result.ts';
import type { EvaluationScope } from './evaluate.ts';
import { findTruth } from './finding.ts';

/** `read`: the figure by `traffic.property`. A condition that cannot be decided does not hold. */
export function holdsNow(condition: Expression, read: (name: string) => number): boolean {
  const scope: EvaluationScope = {
    variants: [],
    metricOf: (name) => liveMetric(name, read),
    factOf: ({ name }) => ({ problem: `${name} is not asked during a run`, hint: undefined }),
  };
  const finding = findTruth(condition, scope);
  return finding.kind === 'decided' && finding.holds;
}

function liveMetric(name: string, read: (name: string) => number): Metric | undefined {
  const property = name.slice(name.lastIndexOf('.') + 1);
  if (!Object.hasOwn(trafficPropertyTable, property)) return undefined;
  const { dimension, live } = trafficPropertyTable[property as keyof typeof trafficPropertyTable];
  return live ? { kind: 'value', value: read(name), dimension } : undefined;
}
