/** Events in words, and in the order in which they are expected. */
import { formatDuration, formatRate, formatRatio } from '../../src/base/units.ts';
import { formatExpression } from '../schema/expression-text.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import type { ChangeModel, EventModel, Trigger } from '../schema/model.ts';
import { lossText, queueText } from './link-text.ts';

/** By their times; those that wait for a condition come last, as they stand. */
export function orderEvents(events: readonly EventModel[]): EventModel[] {
  const timeOf = ({ trigger }: EventModel) => (trigger.kind === 'at' ? trigger.timeNs : Infinity);
  return events.toSorted((a, b) => (timeOf(a) === timeOf(b) ? 0 : timeOf(a) - timeOf(b)));
}

/** `silence: after download.bytes >= 8 MiB: wifi loses 100 %, for 6 s` */
export function eventText(event: EventModel): string {
  const { trigger, forNs, everyNs, times } = event;
  const lasting = forNs === undefined ? '' : `, for ${formatDuration(forNs)}`;
  const again = everyNs === undefined ? '' : `, every ${formatDuration(everyNs)}, ${times} times`;
  return `${event.name}: ${whenText(trigger)}: ${changeText(event.change)}${lasting}${again}`;
}

function whenText(trigger: Trigger): string {
  if (trigger.kind === 'after') return `after ${formatExpression(trigger.condition)}`;
  const { timeNs, withinNs } = trigger;
  const drawn = withinNs === undefined ? '' : `, or up to ${formatDuration(withinNs)} later`;
  return `at ${formatDuration(timeNs)}${drawn}`;
}

function changeText(change: ChangeModel): string {
  switch (change.kind) {
    case 'link-set':
      return settingText(change.link, change.toward);
    case 'link-down':
      return `${change.link} goes down`;
    case 'link-up':
      return `${change.link} comes up`;
    case 'node-crash':
      return `${change.node} crashes`;
    case 'node-restart':
      return `${change.node} starts again`;
    case 'nat-reboot':
      return `${change.node} forgets its mappings`;
    case 'clock-skew':
      return `the clock of ${change.node} drifts ${formatRatio(change.driftRatio)}, off by ${formatDuration(change.offsetNs)}`;
  }
}

type Toward = Readonly<Record<string, Partial<DirectionSettings>>>;

function settingText(link: string, toward: Toward): string {
  const texts = Object.entries(toward).map(([node, patch]) => [node, patchText(patch)] as const);
  const [first] = texts;
  if (first && texts.length === 2 && texts.every(([, text]) => text === first[1])) {
    return `${link}: ${first[1]}`;
  }
  return texts.map(([node, text]) => `${link} toward ${node}: ${text}`).join('; ');
}

const fieldTexts: {
  readonly [Field in keyof DirectionSettings]: (value: DirectionSettings[Field]) => string;
} = {
  rateBps: (rateBps) => `rate ${formatRate(rateBps)}`,
  delayNs: (delayNs) => `delay ${formatDuration(delayNs)}`,
  jitterNs: (jitterNs) => `jitter ${formatDuration(jitterNs)}`,
  loss: lossText,
  duplicateRatio: (ratio) => `${formatRatio(ratio)} duplicated`,
  corruptRatio: (ratio) => `${formatRatio(ratio)} corrupted`,
  reorder: ({ ratio, holdNs }) => `${formatRatio(ratio)} held back ${formatDuration(holdNs)}`,
  queue: (queue) => `queue ${queueText(queue)}`,
  trace: (trace) => (trace === undefined ? 'no trace' : `a ${trace.kind} trace`),
  mtuBytes: (mtuBytes) => `MTU ${mtuBytes}`,
  up: (up) => (up ? 'up' : 'down'),
};

function patchText(patch: Partial<DirectionSettings>): string {
  return Object.entries(patch)
    .map(([field, value]) => {
      const text = fieldTexts[field as keyof DirectionSettings] as (value: unknown) => string;
      return text(value);
    })
    .join(', ');
}
