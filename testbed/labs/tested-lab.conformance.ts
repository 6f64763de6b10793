/** What the suite runs: small drawings, as samples, in the lab that is tested. */
import type { ExecutionContext } from 'ava';
import { nsPerSecond } from '../../src/base/time.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import type { Plan } from '../plan/plan.ts';
import { planScenario } from '../plan/plan-scenario.ts';
import { link, ms, node, scenario, traffic } from '../plan/testing-topology.ts';
import { runSample, type SampleRun } from '../run/sample.ts';
import type { ChangeModel, EventModel, Scenario, TrafficModel } from '../schema/model.ts';
import type { Lab, LabOptions, LiveLab } from './lab.ts';

export interface LabCase {
  readonly title: string;
  readonly check: (t: ExecutionContext, lab: TestedLab) => Promise<void>;
}

export interface TestedSample extends SampleRun {
  readonly plan: Plan;
  readonly pace: number;
  readonly capture: Buffer;
  of(kind: string, where?: Readonly<Record<string, unknown>>): TraceRecord[];
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly captures?: boolean;
  readonly onRecord?: (record: TraceRecord) => void;
}

const progress = { note: () => {}, holds: () => false, describe: () => undefined };

export class TestedLab {
  readonly lab: Lab;
  /** So many times slower the suite asks and waits than of a machine that is quick. */
  readonly pace: number;

  constructor(lab: Lab, pace = 1) {
    this.lab = lab;
    this.pace = pace;
  }

  async run(drawn: Scenario, options: RunOptions = {}): Promise<TestedSample> {
    const { pace } = this;
    const plan = planScenario(slowed(drawn, pace));
    const { signal = new AbortController().signal, onRecord = () => {} } = options;
    const pieces: Uint8Array[] = [];
    const capture = options.captures
      ? { write: (bytes: Uint8Array) => void pieces.push(bytes.slice()) }
      : undefined;
    const sample = await runSample({
      ...{ lab: this.lab, plan, progress, signal, onRecord, capture },
    });
    const of: TestedSample['of'] = (kind, where = {}) =>
      sample.records.filter(
        (record) =>
          record.kind === kind &&
          Object.entries(where).every(([name, value]) => record[name] === value),
      );
    return { ...sample, plan, pace, capture: Buffer.concat(pieces), of };
  }

  /** For what a sample can't show; who asks disposes of it. */
  up(drawn: Scenario, options: Partial<LabOptions> = {}): Promise<LiveLab> {
    const onRecord = (): void => {};
    return this.lab.up(planScenario(drawn), { onRecord, capture: undefined, ...options });
  }
}

/** More time for all that programs are asked and for what happens to them; links are as they were. */
function slowed(drawn: Scenario, pace: number): Scenario {
  const slow = <Time extends number | undefined>(timeNs: Time): Time =>
    (timeNs === undefined ? undefined : timeNs * pace) as Time;
  return {
    ...drawn,
    limitNs: slow(drawn.limitNs),
    traffic: drawn.traffic.map((one) => ({
      ...one,
      intervalNs: slow(one.intervalNs),
      timeoutNs: slow(one.timeoutNs),
    })),
    events: drawn.events.map((one) => ({
      ...one,
      forNs: slow(one.forNs),
      trigger:
        one.trigger.kind === 'at' ? { kind: 'at', timeNs: slow(one.trigger.timeNs) } : one.trigger,
    })),
  };
}

type LinkSettings = Parameters<typeof link>[2];

/** `phone ── wire ── server`, 10 ms one way unless the settings say otherwise. */
export function cable(
  flows: readonly TrafficModel[],
  settings: LinkSettings = {},
  parts: Partial<Scenario> = {},
): Scenario {
  const nodes = [node('phone', 'terminal'), node('server', 'host')];
  const links = [link('wire', ['phone', 'server'], { delayNs: ms(10), ...settings })];
  return scenario({ nodes, links }, { traffic: flows, limitNs: 20 * nsPerSecond, ...parts });
}

/** The phone asks, the server answers. */
export function asking(parts: Partial<TrafficModel> = {}): TrafficModel {
  const flow = { generator: 'request-response', count: 20, payloadBytes: 100 } as const;
  return traffic('ask', 'phone', 'server', { ...flow, timeoutNs: ms(200), ...parts });
}

export function eventAt(atMs: number, change: ChangeModel, forMs?: number): EventModel {
  return {
    name: `${change.kind}-at-${atMs}`,
    trigger: { kind: 'at', timeNs: ms(atMs) },
    forNs: forMs === undefined ? undefined : ms(forMs),
    everyNs: undefined,
    times: 1,
    change,
  };
}

/** A machine that is busy tells the link late, and hears of an answer late; times its pace. */
export const leewayNs = ms(100);

interface Answered {
  readonly before: number;
  readonly within: number;
  readonly after: number;
}

/** How many of the questions that were asked before, well within, and after the one event were answered. */
export function answersAround({ of, pace }: TestedSample): Answered {
  const beganNs = of('event.began')[0]!.tNs;
  const endedNs = of('event.ended')[0]!.tNs;
  const answered = new Set(of('response.received').map(({ n }) => n));
  const asked = of('request.sent').filter(({ n }) => answered.has(n));
  const count = (fromNs: number, toNs: number): number =>
    asked.filter(({ tNs }) => tNs >= fromNs && tNs < toNs).length;
  return {
    before: count(0, beganNs),
    within: count(beganNs + leewayNs * pace, endedNs - leewayNs * pace),
    after: count(endedNs, Number.POSITIVE_INFINITY),
  };
}

export const finished = { kind: 'finished' } as const;
