/** A change of a lab that stands, as words: what an event's `set:` and `do:` say in a scenario. */
import { InputError } from '../../src/base/errors.ts';
import { never } from '../../src/base/time.ts';
import type { LabReport, LinkReport } from '../labs/keep/messages.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import { loadScenario } from '../schema/load.ts';
import type { ChangeModel } from '../schema/model.ts';
import { InputProblems, problemsOf } from '../schema/problems.ts';

export interface ChangeWords {
  /** A link or a node. */
  readonly place: string;
  /** `loss=5%`, `delay=40ms`; or one word: `down`, `reboot`. */
  readonly words: readonly string[];
  readonly toward: string | undefined;
}

export function readChange(report: LabReport, change: ChangeWords): ChangeModel {
  const link = report.links.find(({ name }) => name === change.place);
  return link === undefined ? readNodeChange(report, change) : readLinkChange(link, change);
}

const linkVerbs = ['down', 'up'] as const;

function readLinkChange(link: LinkReport, { words, toward }: ChangeWords): ChangeModel {
  const verb = linkVerbs.find((one) => words.length === 1 && words[0] === one);
  if (verb !== undefined) return { kind: `link-${verb}`, link: link.name };
  if (toward !== undefined && !link.between.includes(toward)) {
    throw refuse(
      `${toward} is not an end of ${link.name}`,
      `write --toward ${link.between.join(' or ')}`,
    );
  }
  const set = words.map((word) => settingOf(word, link.name));
  return readEvent(link, set, toward);
}

function settingOf(word: string, link: string): string {
  const [, field, value] = /^([a-z]+)=(.+)$/s.exec(word) ?? [];
  if (field !== undefined) return `${field}: ${value}`;
  throw refuse(
    `"${word}" says nothing of a link`,
    `write: ropewalk change ${link} loss=5%, or down`,
  );
}

/** Read as an event of a scenario in which there is nothing but this link, as it is now. */
function readEvent(link: LinkReport, set: readonly string[], toward: string | undefined) {
  const [first, second] = link.between;
  const standing = (node: string): string => standingText(link.toward[node]!);
  const side = toward === undefined ? '' : `toward: ${toward === first ? 'first' : 'second'}, `;
  const text = [
    'scenario: change',
    'nodes: { first: { kind: host }, second: { kind: host } }',
    'links:',
    `  link: { between: [first, second], toward: { first: ${standing(first)}, second: ${standing(second)} } }`,
    `events: { change: { at: 0 s, link: link, ${side}set: { ${set.join(', ')} } } }`,
  ].join('\n');
  const change = withoutPlaces(() =>
    loadScenario('change', () => text).resolve('default', 'default'),
  ).events[0]!.change;
  if (change.kind !== 'link-set') return change;
  const names: Readonly<Record<string, string>> = { first, second };
  const renamed = Object.entries(change.toward).map(([node, patch]) => [names[node]!, patch]);
  return { ...change, link: link.name, toward: Object.fromEntries(renamed) };
}

/** What other settings are measured by: a queue by rate and delay, a jitter by the delay. */
function standingText({ rateBps, delayNs, mtuBytes }: DirectionSettings): string {
  const rate = rateBps === never ? 'unlimited' : `${rateBps} bit/s`;
  return `{ rate: ${rate}, delay: ${delayNs} ns, mtu: ${mtuBytes} }`;
}

/** Nobody wrote the file that they are in. */
function withoutPlaces<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const [first, ...others] = problemsOf(error).map(({ code, message, hint }) => {
      return new InputError({
        code,
        message: message.replace(/^events\.change\.(set\.)?/, ''),
        hint,
      });
    });
    throw new InputProblems([first!, ...others]);
  }
}

const nodeVerbs = ['crash', 'restart', 'reboot'] as const;

function readNodeChange({ nodes, links }: LabReport, { place, words, toward }: ChangeWords) {
  const node = nodes.find(({ name }) => name === place)!;
  const verb = nodeVerbs.find((one) => words.length === 1 && words[0] === one);
  const can = node.kind === 'nat' ? nodeVerbs : nodeVerbs.slice(0, 2);
  if (verb === undefined || !can.includes(verb) || toward !== undefined) {
    const [link] = links;
    const other = link === undefined ? '' : `; of a link: ropewalk change ${link.name} loss=5%`;
    throw refuse(
      `a ${node.kind} cannot "${words.join(' ')}"`,
      `write one of ${can.join(', ')}${other}`,
    );
  }
  return verb === 'reboot'
    ? ({ kind: 'nat-reboot', node: place } as const)
    : ({ kind: `node-${verb}`, node: place } as const);
}

function refuse(message: string, hint: string): InputError {
  return new InputError({ code: 'unknown-change', message, hint });
}
