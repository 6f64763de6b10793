/** One slot of the schedule: run, write its records, measure, forget them. */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listHardware } from '../measure/foreign-hardware.ts';
import { measureSample } from '../measure/measure-sample.ts';
import { tellStory } from '../measure/tell-story.ts';
import { runSample, type SampleRun } from '../run/sample.ts';
import type { ForeignHardware, Metric, SampleResult } from '../schema/result.ts';
import type { CampaignOptions } from './campaign-options.ts';
import { ChunkedFile, writeRecords } from './chunked-file.ts';
import { distrustRig } from './distrust-rig.ts';
import { disturbedTraffic } from './disturbed-traffic.ts';
import { capturePath, outputPath, recordsPath, storyPath, writeWhole } from './folder.ts';
import { watchTraffic } from './live-progress.ts';
import { type PreparedCase, prepareCase } from './prepare.ts';
import { type Slot, seedAgain } from './schedule.ts';

/** An invalid sample says nothing of what is tested: it is repeated, but not until it is liked. */
const mostAttempts = 3;

type SlotOptions = Pick<CampaignOptions, 'loaded' | 'lab' | 'folder' | 'capture' | 'signal'>;

export async function runSlot(options: SlotOptions, slot: Slot): Promise<SampleResult> {
  for (let attempt = 0; ; attempt++) {
    const seed = seedAgain(slot, attempt);
    const prepared = prepareCase(options.loaded, slot, seed);
    const doubt = await options.lab.doubt?.(prepared.plan);
    const run = await runAttempt(options, slot, prepared, doubt);
    // A rig that is off is off the next time as well.
    const isLast = attempt + 1 === mostAttempts || doubt !== undefined || options.signal.aborted;
    if (run.outcome.kind === 'invalid' && !isLast) continue;
    return {
      case: slot.caseId,
      variant: slot.variant,
      sample: slot.sample,
      seed,
      invalidBefore: attempt,
      outcome: run.outcome,
      metrics: run.metrics,
      ...(run.hardware.length > 0 && { hardware: run.hardware }),
      records: recordsPath(slot),
    };
  }
}

interface Attempt extends Pick<SampleRun, 'outcome'> {
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly hardware: readonly ForeignHardware[];
}

async function runAttempt(
  options: SlotOptions,
  slot: Slot,
  prepared: PreparedCase,
  doubt: string | undefined,
): Promise<Attempt> {
  const { lab, folder, signal } = options;
  const { scenario, plan } = prepared;
  using capture = options.capture ? new ChunkedFile(folder, capturePath(slot)) : undefined;
  const outputFolder = join(folder.path, outputPath(slot));
  rmSync(outputFolder, { recursive: true, force: true });
  const run = await runSample({
    lab,
    plan,
    progress: watchTraffic(scenario),
    disturbed: disturbedTraffic(scenario),
    capture,
    series: true,
    outputFolder,
    scenarioFolder: dirname(options.loaded.file),
    distrust: (records, outcome) => doubt ?? distrustRig(options, prepared, records, outcome),
    signal,
  });
  capture?.close();
  writeRecords(folder, recordsPath(slot), run.records);
  const { outcome, records, t0Ns } = run;
  const context = { plan, records, t0Ns };
  const metrics = measureSample(scenario.measures, context);
  writeWhole(folder, storyPath(slot), JSON.stringify(tellStory(context)));
  return { outcome, metrics, hardware: listHardware(records) };
}
