/** What is known of one sample when its rig is doubted. */
import type { NetworkIndex } from '../plan/network-index.ts';
import type { Plan } from '../plan/plan.ts';
import type { Scenario } from '../schema/model.ts';
import type { Metric } from '../schema/result.ts';
import type { RigLateness } from '../schema/rig-lateness.ts';

export interface LatenessScope {
  readonly scenario: Scenario;
  readonly variants: readonly string[];
  readonly lateness: RigLateness;
  readonly index: NetworkIndex;
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly plan: Plan;
}
