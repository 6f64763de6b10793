/** One pass over the records of a run: what all measures then look things up in. */
import { labNode, type TraceRecord } from '../../src/trace/record.ts';
import type { Plan, PlannedProgram, PlannedWatch } from '../plan/plan.ts';
import { createFlowObservation, isFlowRecord, noteFlowRecord } from './flow-observation.ts';
import type { ObservedTraffic } from './observed-traffic.ts';
import { createWatchedFacts, noteWatchRecord } from './watch-observation.ts';

export interface MeasureContext {
  readonly plan: Plan;
  /** As they happened: those of one node are in order. */
  readonly records: readonly TraceRecord[];
  /** When all traffic was ready. */
  readonly t0Ns: number;
}

export interface Observations {
  readonly traffic: ReadonlyMap<string, ObservedTraffic>;
  /** When each event began, each time, on the lab's clock. */
  readonly eventsNs: ReadonlyMap<string, readonly number[]>;
  /** Nodes whose clock was set apart from the others'. */
  readonly skewed: ReadonlySet<string>;
  /** Machines of others, whose clocks nobody here has ever read. */
  readonly foreign: ReadonlySet<string>;
  /** Ids of programs that said they finished. */
  readonly finished: ReadonlySet<string>;
  /** The last record's time. */
  readonly endNs: number;
}

export function observe({ plan, records }: MeasureContext): Observations {
  const traffic = listTraffic(plan);
  const eventsNs = new Map<string, number[]>();
  const skewed = new Set<string>();
  const foreign = new Set<string>();
  const finished = new Set<string>();
  let endNs = 0;
  for (const record of records) {
    endNs = Math.max(endNs, record.tNs);
    const about = traffic.get(record['flow'] as string);
    if (about?.watched !== undefined) noteWatchRecord(about, about.watched, record);
    else if (isFlowRecord(record)) {
      if (about) noteFlowRecord(about.flow, record);
    } else if (record.kind === 'event.began') noteEvent(eventsNs, record);
    else if (record.kind === 'clock.skewed') skewed.add(record.node);
    else if (record.kind === 'hardware.taken') foreign.add(record.node);
    else if (record.kind === 'program.finished') finished.add(record['id'] as string);
  }
  return { traffic, eventsNs, skewed, foreign, finished, endNs };
}

function listTraffic(plan: Plan): Map<string, ObservedTraffic> {
  const ends = plan.programs.filter(({ traffic }) => traffic !== undefined);
  const byName = Map.groupBy(ends, ({ traffic }) => traffic!);
  return new Map([
    ...[...byName].map(([name, both]) => [name, describeTraffic(name, both)] as const),
    ...plan.watches.map((watch) => [watch.name, describeWatch(watch)] as const),
  ]);
}

function describeTraffic(name: string, ends: readonly PlannedProgram[]): ObservedTraffic {
  const nodeOf = (role: string) => ends.find(({ settings }) => settings['role'] === role)?.node;
  const requester = nodeOf('requester');
  const flow = createFlowObservation();
  return {
    name,
    asks: requester !== undefined,
    source: requester ?? nodeOf('source') ?? '',
    receiver: requester ?? nodeOf('sink') ?? '',
    opener: ends.find(({ opens }) => opens)?.node ?? '',
    ...{ flow, packets: flow, trips: flow },
    watched: undefined,
  };
}

/** All of it is seen by the lab's clock, whatever the clocks of its nodes show. */
function describeWatch({ name, protocol, from, to }: PlannedWatch): ObservedTraffic {
  const [flow, packets, trips] = [1, 2, 3].map(createFlowObservation);
  return {
    ...{ name, asks: false, source: labNode, receiver: labNode, opener: labNode },
    flow: flow!,
    packets: packets!,
    trips: trips!,
    watched: createWatchedFacts(protocol, from.node, to.node),
  };
}

function noteEvent(eventsNs: Map<string, number[]>, record: TraceRecord): void {
  const event = record['event'] as string;
  const times = eventsNs.get(event);
  if (times) times.push(record.tNs);
  else eventsNs.set(event, [record.tNs]);
}

/** Why times of these nodes can't be compared; undefined: they can. */
export function findClockTrouble(
  { skewed, foreign }: Observations,
  one: string,
  other: string,
): string | undefined {
  if (one === other) return undefined;
  const own = [one, other].find((node) => foreign.has(node));
  if (own !== undefined) {
    return `clocks of ${one} and ${other} differ: ${own} is a machine with a clock of its own`;
  }
  const apart = [one, other].filter((node) => skewed.has(node));
  if (apart.length === 0) return undefined;
  return `clocks of ${one} and ${other} differ: ${apart.join(' and ')} ${apart.length === 1 ? 'was' : 'were'} skewed`;
}

/** Why nothing can be said of a traffic at all; undefined: something can. */
export function whyUnseen({ name, flow, watched }: ObservedTraffic): string | undefined {
  if (watched?.isFragmented === true) {
    return `packets of ${name} are cut into fragments, which cannot be told apart`;
  }
  return flow.openedNs === undefined ? `${name} was never opened` : undefined;
}

/** The clock by which events begin. */
export const labClock = labNode;
