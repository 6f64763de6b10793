/** Which packets a reader should see of a run, and what stands between them. */
import { labNode, type TraceRecord } from '../../src/trace/record.ts';
import { listMessages, type Message } from './messages.ts';
import type { MeasureContext, Observations } from './observe.ts';
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

/** A failure first, then what was done to the network, then the longest silence, then a loss. */
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

const before = 4;
const after = 6;
const mostNotes = 16;
const mostAlike = 8;

export function tellExchange(
  context: MeasureContext,
  observations: Observations,
  moment: Moment | undefined,
): Exchange | undefined {
  if (moment === undefined) return undefined;
  const messages = listMessages(context.records, observations);
  const chosen = chooseMessages(messages, moment);
  const notes = chooseNotes(context.records, moment, chosen);
  if (chosen.length === 0 && notes.length < 2) return undefined;
  const steps = [...withSkips(chosen, messages), ...notes].toSorted(
    (a, b) => timeOf(a) - timeOf(b),
  );
  const named = steps.flatMap((step) => (step.kind === 'message' ? [step.from, step.to] : []));
  const noted = notes.map(({ node }) => node).filter((node) => node !== labNode);
  const order = context.plan.nodes.map(({ name }) => name);
  const lanes = order.filter((name) => named.includes(name) || noted.includes(name));
  const { about, atNs: momentNs } = moment;
  return { about, momentNs, lanes, steps: steps.map(({ order: _, ...step }) => step) };
}

/** Some before and some after; where a silence ends, some around its end as well. */
function chooseMessages(messages: readonly Message[], { atNs, laterNs }: Moment): Message[] {
  const around = [atNs, ...(laterNs === undefined ? [] : [laterNs])].flatMap((tNs) => {
    const first = messages.findIndex((message) => message.seenNs >= tNs);
    const at = first === -1 ? messages.length : first;
    return messages.slice(Math.max(0, at - before), at + after);
  });
  return [...new Set(around)].sort((a, b) => a.seenNs - b.seenNs);
}

type Ordered = ExchangeStep & { readonly order: number };

/** Between two that do not follow each other stands how many are left out. */
function withSkips(chosen: readonly Message[], all: readonly Message[]): Ordered[] {
  return chosen.flatMap((message, index) => {
    const { seenNs } = message;
    const step: Ordered = { ...stepOf(message), order: seenNs };
    const previous = chosen[index - 1];
    if (previous === undefined) return [step];
    const skipped = all.slice(all.indexOf(previous) + 1, all.indexOf(message));
    if (skipped.length === 0) return [step];
    const lost = skipped.filter(({ arrivedNs }) => arrivedNs === undefined).length;
    const rest = lost === 0 ? '' : `, of which ${lost} did not arrive`;
    const text = `${skipped.length} more${rest}`;
    return [{ kind: 'skipped', text, order: seenNs - 0.5 }, step];
  });
}

function stepOf({ about, n, isAnswer, sentNs, arrivedNs }: Message): ExchangeStep {
  const { flow, from, to, asks } = about;
  const [near, far] = isAnswer ? [to, from] : [from, to];
  const mark = isAnswer ? '!' : asks ? '?' : '';
  return { kind: 'message', text: `${flow} ${n}${mark}`, from: near, to: far, sentNs, arrivedNs };
}

type OrderedNote = Extract<ExchangeStep, { kind: 'note' }> & { readonly order: number };

/** Packets, counters and the life of programs are told elsewhere; a lost packet is drawn as one. */
const untold =
  /^(?:datagram|packets|request|response|flow|link\.(?:counters|series)|run|program\.(?:ready|stopped|waited)|\w+\.lateness|hub|interface-daemon)\b/;

function chooseNotes(
  records: readonly TraceRecord[],
  { atNs, laterNs = atNs }: Moment,
  chosen: readonly Message[],
): OrderedNote[] {
  const fromNs = Math.min(atNs, chosen[0]?.seenNs ?? atNs);
  const toNs = Math.max(laterNs, chosen.at(-1)?.seenNs ?? Number.POSITIVE_INFINITY);
  const near = records
    .filter(({ tNs, kind }) => tNs >= fromNs && tNs <= toNs && !untold.test(kind))
    .filter(({ kind }) => kind !== 'link.dropped' || chosen.length === 0);
  return thinOut(near).map((record) => {
    const { tNs } = record;
    const node = record.kind === 'link.dropped' ? String(record['toward']) : record.node;
    return { kind: 'note', tNs, node, text: noteText(record), order: tNs };
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

const longestNote = 80;

/** `nat.mapped protocol udp, internal 192.168.0.1:53819, …` */
function noteText({ tNs: _, node: __, kind, ...fields }: TraceRecord): string {
  if (kind === 'event.began') return `${fields['event']} begins`;
  if (kind === 'event.ended') return `${fields['event']} ends`;
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== null && !Array.isArray(value))
    .map(([name, value]) => `${name} ${value}`);
  const text = `${kind} ${parts.join(', ')}`;
  return text.length <= longestNote ? text : `${text.slice(0, longestNote - 1)}…`;
}

function timeOf({ order }: { readonly order: number }): number {
  return order;
}
