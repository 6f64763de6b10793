/** What a rig of real time says of its own lateness, held against what is expected of the sample. */
import type { TraceRecord } from '../../src/trace/record.ts';
import { doubtRig } from '../judge/rig-doubt.ts';
import { measureSample } from '../measure/measure-sample.ts';
import { readRigLateness } from '../measure/rig-lateness.ts';
import type { SampleOutcome } from '../schema/result.ts';
import type { CampaignOptions } from './campaign-options.ts';
import type { PreparedCase } from './prepare.ts';

/** One sentence; undefined: the sample may be believed, or ran in virtual time. */
export function distrustRig(
  { loaded }: Pick<CampaignOptions, 'loaded'>,
  { scenario, plan, variant }: PreparedCase,
  records: readonly TraceRecord[],
  outcome: SampleOutcome,
): string | undefined {
  const lateness = readRigLateness(records);
  if (lateness === undefined) return undefined;
  const t0Ns = records.find(({ kind }) => kind === 'run.ready')?.tNs ?? 0;
  const metrics = measureSample(scenario.measures, { plan, records, t0Ns });
  const { variants } = loaded;
  return doubtRig({ scenario, plan, variant, variants, metrics, outcome, lateness });
}
