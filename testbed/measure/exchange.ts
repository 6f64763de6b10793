/** Which packets a reader should see of a run, and what stands between them. */
import { labNode, type TraceRecord } from '../../src/trace/record.ts';
import { listMessages } from './messages.ts';
import { tellDetail } from './note-text.ts';
import type { MeasureContext, Observations } from './observe.ts';
import { packetsNear } from './packets-near.ts';
import type { Exchange, ExchangeStep, FlowStory, StoryEvent } from './story.ts';

export interface Moment {
  readonly atNs: number;
  /** Something else that belongs to it: where a silence that began at `atNs` ended. */
  readonly laterNs: number | undefined;
  readonly about: string;
}

interface Known {
  readonly events: readonly StoryEvent[];
  readonly flows: readonly FlowStory[];
  readonly endNs: number;
}

/** A failure first, then what was done to the network, then a punch, the longest silence, a loss. */
export function chooseMoment(records: readonly TraceRecord[], known: Known): Moment | undefined {
  const { events, flows } = known;
  const find = (kind: string) => records.find((record) => record.kind === kind);
  const failed = find('program.failed');
  if (failed) return momentAt(failed.tNs, `${failed['id']} fails`);
  const gap = flows.flatMap(({ gaps }) => gaps).toSorted((a, b) => spanNs(b) - spanNs(a))[0];
  const [event] = events;
  if (event) {
    const laterNs = gap !== undefined && gap.toNs > event.fromNs ? gap.toNs : undefined;
    return { atNs: event.fromNs, laterNs, about: `${event.name} begins` };
  }
  const punched = find('punch.started');
  if (punched) return momentAt(punched.tNs, `${punched.node} looks for a direct path`);
  if (gap) return { atNs: gap.fromNs, laterNs: gap.toNs, about: 'the longest silence' };
  const dropped = find('link.dropped') ?? find('nat.dropped');
  if (dropped) return momentAt(dropped.tNs, 'the first packet that is dropped');
  const opened = find('flow.opened') ?? find('nat.mapped');
  return opened && momentAt(opened.tNs, 'the first packets');
}

function momentAt(atNs: number, about: string): Moment {
  return { atNs, laterNs: undefined, about };
}

function spanNs({ fromNs, toNs }: { readonly fromNs: number; readonly toNs: number }): number {
  return toNs - fromNs;
}

/** Of packets more than of messages: each is seen on every link of its way. */
const reaches = { message: { before: 4, after: 6 }, packet: { before: 8, after: 12 } } as const;
const mostNotes = 16;
const mostAlike = 8;

/** What can be drawn as an arrow: a message of a flow, or a packet on a link. */
interface Arrow {
  readonly kind: keyof typeof reaches;
  readonly text: string;
  readonly from: string;
  readonly to: string;
  readonly sentNs: number | undefined;
  readonly arrivedNs: number | undefined;
  readonly seenNs: number;
}

export function tellExchange(
  context: MeasureContext,
  observations: Observations,
  moment: Moment | undefined,
): Exchange | undefined {
  if (moment === undefined) return undefined;
  const arrows = arrowsOf(context, observations);
  const chosen = chooseArrows(arrows, moment);
  const notes = chooseNotes(context.records, moment, chosen);
  if (chosen.length === 0 && notes.length < 2) return undefined;
  const steps = [...withSkips(chosen, arrows), ...notes].toSorted((a, b) => a.order - b.order);
  const named = steps.flatMap((step) => (step.kind === 'message' ? [step.from, step.to] : []));
  const noted = notes.map(({ node }) => node).filter((node) => node !== labNode);
  const order = context.plan.nodes.map(({ name }) => name);
  const lanes = order.filter((name) => named.includes(name) || noted.includes(name));
  const { about, atNs: momentNs } = moment;
  return { about, momentNs, lanes, steps: steps.map(({ order: _, ...step }) => step) };
}

/**
 * Our own datagrams are told best by their numbers. Of TCP these say nothing, for it cuts and repeats as it
 * likes, and of other programs there are none: there the packets themselves are shown, link by link.
 */
function arrowsOf({ plan, records }: MeasureContext, observations: Observations): Arrow[] {
  const isNumbered = plan.programs.every(
    ({ traffic, settings }) => traffic !== undefined && (settings['transport'] ?? 'udp') === 'udp',
  );
  const packets = isNumbered ? [] : packetsNear(records, plan);
  if (packets.length > 0) return packets.map((one) => ({ kind: 'packet', ...one }));
  return listMessages(records, observations).map((one) => {
    const { flow, from, to, asks } = one.about;
    const mark = one.isAnswer ? '!' : asks ? '?' : '';
    const ends = one.isAnswer ? { from: to, to: from } : { from, to };
    const { sentNs, arrivedNs, seenNs } = one;
    return { kind: 'message', text: `${flow} ${one.n}${mark}`, ...ends, sentNs, arrivedNs, seenNs };
  });
}

/** Some before and some after; where a silence ends, some around its end as well. */
function chooseArrows(arrows: readonly Arrow[], { atNs, laterNs }: Moment): Arrow[] {
  const around = [atNs, ...(laterNs === undefined ? [] : [laterNs])].flatMap((tNs) => {
    const first = arrows.findIndex((arrow) => arrow.seenNs >= tNs);
    const at = first === -1 ? arrows.length : first;
    const { before, after } = reaches[arrows[0]?.kind ?? 'message'];
    return arrows.slice(Math.max(0, at - before), at + after);
  });
  return [...new Set(around)].sort((a, b) => a.seenNs - b.seenNs);
}

type Ordered = ExchangeStep & { readonly order: number };

/** Between two that do not follow each other stands how many are left out. */
function withSkips(chosen: readonly Arrow[], all: readonly Arrow[]): Ordered[] {
  return chosen.flatMap((arrow, index) => {
    const { text, from, to, sentNs, arrivedNs, seenNs } = arrow;
    const step: Ordered = { kind: 'message', text, from, to, sentNs, arrivedNs, order: seenNs };
    const previous = chosen[index - 1];
    if (previous === undefined) return [step];
    const skipped = all.slice(all.indexOf(previous) + 1, all.indexOf(arrow));
    if (skipped.length === 0) return [step];
    const lost = skipped.filter((one) => one.arrivedNs === undefined).length;
    const rest = lost === 0 ? '' : `, of which ${lost} did not arrive`;
    const atLeast = arrow.kind === 'packet' ? 'at least ' : '';
    const skip = `${atLeast}${skipped.length} more${rest}`;
    return [{ kind: 'skipped', text: skip, order: seenNs - 0.5 }, step];
  });
}

type OrderedNote = Extract<ExchangeStep, { kind: 'note' }> & { readonly order: number };

/** Packets, counters and the life of programs are told elsewhere; a lost packet is drawn as one. */
const untold =
  /^(?:datagram|packets|request|response|flow|link\.(?:counters|packets|series)|run|program\.(?:ready|stopped|waited)|\w+\.lateness|hub|interface-daemon)\b/;

function chooseNotes(
  records: readonly TraceRecord[],
  { atNs, laterNs = atNs }: Moment,
  chosen: readonly Arrow[],
): OrderedNote[] {
  const fromNs = Math.min(atNs, chosen[0]?.seenNs ?? atNs);
  const toNs = Math.max(laterNs, chosen.at(-1)?.seenNs ?? Number.POSITIVE_INFINITY);
  const near = records
    .filter(({ tNs, kind }) => tNs >= fromNs && tNs <= toNs && !untold.test(kind))
    .filter(({ kind }) => kind !== 'link.dropped' || chosen.length === 0);
  return thinOut(near).map((record) => {
    const { tNs } = record;
    const node = record.kind === 'link.dropped' ? String(record['toward']) : record.node;
    return { kind: 'note', tNs, node, text: tellDetail(record), order: tNs };
  });
}

/** Of each kind some: a thousand drops would hide the one change of an interface. */
function thinOut(records: readonly TraceRecord[]): TraceRecord[] {
  const counts = new Map<string, number>();
  const kept = records.filter(({ kind }) => {
    const seen = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, seen);
    return seen <= mostAlike;
  });
  return kept.slice(0, mostNotes);
}
