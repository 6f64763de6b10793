/** Events: when they happen, and what they change. */
import { findOne } from './groups.ts';
import type { RawChange } from './link-fields.ts';
import type { DirectionSettings } from './link-settings.ts';
import type { SourcePath } from './loaded.ts';
import { type MergedDirection, patchDirection } from './merge-directions.ts';
import type { ChangeModel, EventModel, LinkModel, Trigger } from './model.ts';
import { listWords, quote } from './quote.ts';
import { readExpression } from './read-expression.ts';
import type { References } from './references.ts';
import { resolveDirection } from './resolve-direction.ts';
import type { RawEvent } from './scenario.ts';

export function resolveEvents(
  raw: Readonly<Record<string, RawEvent>>,
  references: References,
): EventModel[] {
  return Object.entries(raw).flatMap(([name, event]) => {
    const path = ['events', name];
    const trigger = resolveTrigger(event, path, references);
    const change = resolveChange(event, path, references);
    checkRepetition(event, path, references);
    if (trigger === undefined || change === undefined) return [];
    const times = event.times ?? (event.every === undefined ? 1 : Number.POSITIVE_INFINITY);
    return [{ name, trigger, forNs: event.for, everyNs: event.every, times, change }];
  });
}

function resolveTrigger(
  raw: RawEvent,
  path: SourcePath,
  references: References,
): Trigger | undefined {
  const { report } = references;
  if (raw.at !== undefined && raw.after !== undefined) {
    const message = 'an event happens at a time or after a condition, not both';
    const at = [...path, 'after'];
    report({
      code: 'conflicting-keys',
      path: at,
      aim: 'key',
      message,
      hint: 'leave one of the two out',
    });
    return undefined;
  }
  if (raw.at === undefined) checkAbsent(raw, ['within'], 'an event with a time', path, references);
  if (raw.after !== undefined) {
    const condition = readExpression(raw.after, [...path, 'after'], report);
    return condition === undefined ? undefined : { kind: 'after', condition };
  }
  if (raw.at !== undefined) {
    const drawn = raw.within === undefined ? {} : { withinNs: raw.within };
    return { kind: 'at', timeNs: raw.at, ...drawn };
  }
  const hint = 'write at: 5 s, or after: download.bytes >= 8 MiB';
  const message = 'it is not said when it happens';
  report({ code: 'missing-key', path, aim: 'key', message, hint });
  return undefined;
}

function checkRepetition(raw: RawEvent, path: SourcePath, { report }: References): void {
  if (raw.times !== undefined && raw.every === undefined) {
    const message = 'it is not said how far apart';
    const at = [...path, 'times'];
    report({
      code: 'missing-key',
      path: at,
      aim: 'key',
      message,
      hint: 'write every: 1 s beside it',
    });
  }
  if (raw.for !== undefined && raw.every !== undefined && raw.for >= raw.every) {
    const message = 'it would begin again before it ended';
    const hint = 'write a shorter `for`, or a longer `every`';
    report({ code: 'impossible-value', path: [...path, 'every'], message, hint });
  }
}

function resolveChange(
  raw: RawEvent,
  path: SourcePath,
  references: References,
): ChangeModel | undefined {
  const { report } = references;
  if (raw.link !== undefined && raw.node !== undefined) {
    const message = 'an event changes a link or a node, not both';
    const hint = 'write two events';
    report({ code: 'conflicting-keys', path: [...path, 'node'], aim: 'key', message, hint });
    return undefined;
  }
  if (raw.link !== undefined) return resolveLinkChange(raw, raw.link, path, references);
  if (raw.node !== undefined) return resolveNodeChange(raw, raw.node, path, references);
  const hint = 'write link: and set: or do:, or node: and do:';
  report({ code: 'missing-key', path, aim: 'key', message: 'it is not said what changes', hint });
  return undefined;
}

const linkKeys = ['set', 'toward'] as const;
const skewKeys = ['drift', 'offset'] as const;

/** Reports keys that another kind of event has. */
function checkAbsent(
  raw: RawEvent,
  keys: readonly (keyof RawEvent)[],
  owner: string,
  path: SourcePath,
  { report }: References,
): void {
  for (const key of keys) {
    if (raw[key] === undefined) continue;
    const message = `${key} belongs to ${owner}`;
    const at = [...path, key];
    report({ code: 'misplaced-key', path: at, aim: 'key', message, hint: 'leave it out' });
  }
}

function resolveLinkChange(
  raw: RawEvent,
  reference: string,
  path: SourcePath,
  references: References,
): ChangeModel | undefined {
  checkAbsent(raw, skewKeys, 'an event that skews a clock', path, references);
  const name = findOne(references.links, reference, [...path, 'link']);
  const link = references.resolved.topology.links.find((candidate) => candidate.name === name);
  if (raw.do === undefined) return resolveSet(raw, link, path, references);
  if (raw.set !== undefined) checkAbsent(raw, ['set'], 'an event without do', path, references);
  checkAbsent(raw, ['toward'], 'an event that sets fields', path, references);
  if (raw.do === 'down' || raw.do === 'up') {
    return link === undefined ? undefined : { kind: `link-${raw.do}`, link: link.name };
  }
  refuseVerb(raw.do, 'a link', ['down', 'up'], path, references);
  return undefined;
}

function refuseVerb(
  verb: string,
  what: string,
  known: readonly string[],
  path: SourcePath,
  { report }: References,
): void {
  const message = `${what} cannot ${verb}`;
  const hint = `write ${listWords(known)}`;
  report({ code: 'misplaced-key', path: [...path, 'do'], message, hint });
}

function resolveSet(
  raw: RawEvent,
  link: LinkModel | undefined,
  path: SourcePath,
  references: References,
): ChangeModel | undefined {
  const { report } = references;
  if (raw.set === undefined || Object.keys(raw.set).length === 0) {
    const hint = 'write set: { loss: 100 % }, or do: down';
    const message = 'it is not said what becomes of the link';
    report({ code: 'missing-key', path, aim: 'key', message, hint });
    return undefined;
  }
  const asked = link && references.resolved.links.asked.get(link.group);
  if (link === undefined || asked === undefined) return undefined;
  const sides = sidesOf(raw.toward, link, path, references);
  const patched = patchSides(asked, raw.set, sides, [...path, 'set']);
  const roundTripNs = (patched[0].fields.delay ?? 0) + (patched[1].fields.delay ?? 0);
  const toward: Record<string, Partial<DirectionSettings>> = {};
  for (const side of sides) {
    const { trace } = link.toward[link.between[side]]!;
    const all = resolveDirection(patched[side], { roundTripNs, trace }, report, [...path, 'set']);
    toward[link.between[side]] = only(all, raw.set);
  }
  return { kind: 'link-set', link: link.name, toward };
}

type Side = 0 | 1;

function sidesOf(
  reference: string | undefined,
  link: LinkModel,
  path: SourcePath,
  references: References,
): readonly Side[] {
  if (reference === undefined) return [0, 1];
  const groupOf = (node: string) => node.replace(/\[\d+\]$/, '');
  const ends = link.between;
  const side = ends.indexOf(reference);
  const byGroup = ends.findIndex((node) => groupOf(node) === reference);
  if (side !== -1) return [side as Side];
  if (byGroup !== -1 && groupOf(ends[0]) !== groupOf(ends[1])) return [byGroup as Side];
  const message = `${quote(reference)} is not an end of ${link.name}`;
  const hint = `write ${listWords(ends)}`;
  references.report({ code: 'not-attached', path: [...path, 'toward'], message, hint });
  return [];
}

function patchSides(
  asked: readonly [MergedDirection, MergedDirection],
  set: RawChange,
  sides: readonly Side[],
  path: SourcePath,
): readonly [MergedDirection, MergedDirection] {
  const patch = (side: Side) =>
    sides.includes(side) ? patchDirection(asked[side], set, path) : asked[side];
  return [patch(0), patch(1)];
}

const settingOf: Readonly<Record<keyof RawChange, keyof DirectionSettings>> = {
  rate: 'rateBps',
  delay: 'delayNs',
  jitter: 'jitterNs',
  loss: 'loss',
  duplicate: 'duplicateRatio',
  corrupt: 'corruptRatio',
  reorder: 'reorder',
  queue: 'queue',
  mtu: 'mtuBytes',
  up: 'up',
};

function only(settings: DirectionSettings, set: RawChange): Partial<DirectionSettings> {
  const given = Object.entries(set).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([key]) => {
      const setting = settingOf[key as keyof RawChange];
      return [setting, settings[setting]];
    }),
  );
}

function resolveNodeChange(
  raw: RawEvent,
  reference: string,
  path: SourcePath,
  references: References,
): ChangeModel | undefined {
  const { report } = references;
  checkAbsent(raw, linkKeys, 'an event that changes a link', path, references);
  const node = findOne(references.nodes, reference, [...path, 'node']);
  if (raw.do !== 'skew')
    checkAbsent(raw, skewKeys, 'an event that skews a clock', path, references);
  if (raw.do === undefined) {
    const hint = 'write do: crash, restart, reboot or skew';
    const message = 'it is not said what becomes of the node';
    report({ code: 'missing-key', path, aim: 'key', message, hint });
  }
  if (node === undefined || raw.do === undefined) return undefined;
  return nodeChange(raw, raw.do, node, path, references);
}

function nodeChange(
  raw: RawEvent,
  verb: NonNullable<RawEvent['do']>,
  node: string,
  path: SourcePath,
  references: References,
): ChangeModel | undefined {
  const kind = references.resolved.kindOf(node);
  switch (verb) {
    case 'crash':
      return { kind: 'node-crash', node };
    case 'restart':
    case 'reboot':
      refuseFor(raw, verb, path, references);
      if (verb === 'restart') return { kind: 'node-restart', node };
      if (kind === 'nat') return { kind: 'nat-reboot', node };
      refuseVerb('reboot', `a ${kind}`, ['crash', 'restart'], path, references);
      return undefined;
    case 'skew':
      return resolveSkew(raw, node, path, references);
    case 'down':
    case 'up':
      refuseVerb(`go ${verb}`, 'a node', ['crash', 'restart', 'reboot', 'skew'], path, references);
      return undefined;
  }
}

function refuseFor(raw: RawEvent, verb: string, path: SourcePath, { report }: References): void {
  if (raw.for === undefined) return;
  const message = `a ${verb} cannot be undone`;
  const hint = 'leave `for` out; a crash with `for` is a restart after that time';
  report({ code: 'misplaced-key', path: [...path, 'for'], aim: 'key', message, hint });
}

function resolveSkew(
  raw: RawEvent,
  node: string,
  path: SourcePath,
  { report }: References,
): ChangeModel | undefined {
  if (raw.drift === undefined && raw.offset === undefined) {
    const hint = 'write drift: 50 ppm, or offset: 100 ms';
    const message = 'it is not said how the clock is skewed';
    report({ code: 'missing-key', path, aim: 'key', message, hint });
    return undefined;
  }
  return { kind: 'clock-skew', node, driftRatio: raw.drift ?? 0, offsetNs: raw.offset ?? 0 };
}
