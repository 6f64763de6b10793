/**
 * One sample: set the topology up, start what listens, wait until it is ready, let the openers and
 * the events loose, and say how it ended.
 */
import { nsPerSecond } from '../../src/base/time.ts';
import { labNode, type TraceRecord } from '../../src/trace/record.ts';
import type { CaptureSink, DriveEnd, Lab, LiveLab } from '../labs/lab.ts';
import type { Plan } from '../plan/plan.ts';
import type { EventModel } from '../schema/model.ts';
import type { SampleOutcome } from '../schema/result.ts';
import {
  armEvents,
  checkConditions,
  createTimeline,
  type EventContext,
  missedEvent,
} from './events.ts';
import type { LiveProgress } from './live-progress.ts';
import { readinessOutcome, trafficOutcome } from './outcome.ts';
import {
  createRollCall,
  firstFailure,
  isOver,
  noteProgram,
  type RollCall,
  unready,
  unsettled,
} from './roll-call.ts';

export interface SampleOptions {
  readonly lab: Lab;
  readonly plan: Plan;
  readonly progress: LiveProgress;
  /** The traffics that an event disturbs; an event that is not listed disturbs all of them. */
  readonly disturbed?: Readonly<Record<string, readonly string[]>>;
  readonly onRecord?: (record: TraceRecord) => void;
  readonly capture?: CaptureSink | undefined;
  readonly series?: boolean;
  readonly outputFolder?: string | undefined;
  readonly scenarioFolder?: string | undefined;
  /** Why these records say nothing of what was tested: the rig was not up to it. Undefined: they do. */
  readonly distrust?: (
    records: readonly TraceRecord[],
    outcome: SampleOutcome,
  ) => string | undefined;
  readonly signal: AbortSignal;
}

export interface SampleRun {
  readonly outcome: SampleOutcome;
  readonly records: readonly TraceRecord[];
  /** When all traffic was ready; 0 if it never was. */
  readonly t0Ns: number;
}

const readinessLimitNs = 10 * nsPerSecond;

interface ActiveSample {
  readonly options: SampleOptions;
  readonly live: LiveLab;
  readonly roll: RollCall;
  readonly keep: (record: TraceRecord) => void;
}

export async function runSample(options: SampleOptions): Promise<SampleRun> {
  const records: TraceRecord[] = [];
  const roll = createRollCall(options.plan.programs);
  const watch = { onRecord: (_changed: boolean): void => {} };
  const keep = (record: TraceRecord): void => {
    records.push(record);
    options.onRecord?.(record);
    const changed = noteProgram(roll, record);
    options.progress.note(record);
    watch.onRecord(changed);
  };
  await using live = await options.lab.up(options.plan, {
    onRecord: keep,
    capture: options.capture,
    series: options.series ?? false,
    outputFolder: options.outputFolder,
    scenarioFolder: options.scenarioFolder,
  });
  const sample: ActiveSample = { options, live, roll, keep };
  let outcome = await awaitReadiness(sample, watch);
  const t0Ns = outcome === undefined ? live.nowNs() : 0;
  outcome ??= await runTraffic(sample, watch, t0Ns);
  watch.onRecord = () => {};
  await live.settle();
  outcome = trusted(outcome, options.distrust?.(records, outcome));
  write(sample, 'run.ended', {
    outcome: outcome.kind,
    ...('reason' in outcome && { reason: outcome.reason }),
  });
  return { outcome, records, t0Ns };
}

/** A rig that was off is no failure of what was tested; an interruption stays one. */
function trusted(outcome: SampleOutcome, distrust: string | undefined): SampleOutcome {
  if (distrust === undefined || outcome.kind === 'interrupted') return outcome;
  return { kind: 'invalid', reason: distrust };
}

interface Watch {
  /** `changed`: the record changed what is known of a program. */
  onRecord: (changed: boolean) => void;
}

/** Starts all that does not open, in the plan's order, and lets time pass until each is ready. */
async function awaitReadiness(
  { options, live, roll }: ActiveSample,
  watch: Watch,
): Promise<SampleOutcome | undefined> {
  const isDecided = (): boolean => firstFailure(roll) !== undefined || unready(roll).length === 0;
  for (const program of options.plan.programs) {
    if (!program.opens) live.start(program);
  }
  watch.onRecord = (changed) => {
    if (changed && isDecided()) live.halt();
  };
  const untilNs = live.nowNs() + readinessLimitNs;
  let end: DriveEnd = 'halted';
  while (end === 'halted' && !isDecided()) end = await live.drive(untilNs, options.signal);
  return readinessOutcome(roll, end, `${readinessLimitNs / nsPerSecond} s`);
}

async function runTraffic(
  sample: ActiveSample,
  watch: Watch,
  t0Ns: number,
): Promise<SampleOutcome> {
  const { options, live, roll } = sample;
  const timeline = createTimeline(options.plan.events);
  const context = eventContext(sample);
  watch.onRecord = (changed) => {
    checkConditions(timeline, context);
    if (changed && (unsettled(roll).length === 0 || firstFailure(roll))) live.halt();
  };
  write(sample, 'run.ready', {});
  armEvents(timeline, context, t0Ns, options.plan.seed);
  for (const program of options.plan.programs) {
    if (program.opens) live.at(t0Ns + program.startNs, () => live.start(program));
  }
  let outcome = trafficOutcome(roll, options.progress, 'halted');
  while (outcome === undefined) {
    const end = await live.drive(t0Ns + options.plan.limitNs, options.signal);
    outcome = trafficOutcome(roll, options.progress, end);
  }
  const missed = missedEvent(timeline);
  return outcome.kind === 'finished' && missed !== undefined
    ? { kind: 'invalid', reason: missed }
    : outcome;
}

function eventContext(sample: ActiveSample): EventContext {
  const { options, live, roll } = sample;
  const traffics = [...new Set(roll.programs.flatMap((program) => program.traffic ?? []))];
  const disturbedBy = (event: EventModel): readonly string[] =>
    options.disturbed?.[event.name] ?? traffics;
  return {
    live,
    progress: options.progress,
    record: (kind, fields) => write(sample, kind, fields),
    isOver: (event) => {
      const disturbed = disturbedBy(event);
      return disturbed.length > 0 && disturbed.every((traffic) => isOver(roll, traffic));
    },
  };
}

function write(
  { live, keep }: ActiveSample,
  kind: string,
  fields: Readonly<Record<string, string | number>>,
): void {
  keep({ tNs: live.nowNs(), node: labNode, kind, ...fields });
}
