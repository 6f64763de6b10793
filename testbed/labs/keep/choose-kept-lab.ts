/** Which lab, node or link is meant; and what to say where that is not clear. */
import { InputError } from '../../../src/base/errors.ts';
import { nearestWord } from '../../../src/base/nearest.ts';
import type { LabCard, LabReport, NodePlace, NodeReport } from './messages.ts';

/** The one that stands, where no name is given. `again` says how a name is given. */
export function chooseKeptLab<Found extends { readonly card: LabCard }>(
  found: readonly Found[],
  name: string | undefined,
  again: (name: string) => string,
): Found {
  const [first, ...others] = found;
  if (first === undefined) throw nothingUp(name);
  if (name !== undefined) {
    const named = found.find(({ card }) => card.name === name);
    if (named !== undefined) return named;
    throw unknown('lab', 'unknown-kept-lab', name, namesOf(found));
  }
  if (others.length === 0) return first;
  throw new InputError({
    code: 'which-lab',
    message: `${found.length} labs are up: ${namesOf(found).join(', ')}`,
    hint: `say which: ${again(first.card.name)}`,
  });
}

function nothingUp(name: string | undefined): InputError {
  return new InputError({
    code: 'no-lab-up',
    message: name === undefined ? 'no lab is up' : `no lab is up, and so none called ${name}`,
    hint: 'raise one: ropewalk up topologies/one-link.yaml',
  });
}

function namesOf(found: readonly { readonly card: LabCard }[]): string[] {
  return found.map(({ card }) => card.name);
}

/** A node that a process can stand on. */
export function placeOn({ nodes }: LabReport, name: string): NodePlace {
  const node = nodes.find((one) => one.name === name);
  const standing = nodes.filter(({ place }) => place !== undefined).map((one) => one.name);
  if (node?.place !== undefined) return node.place;
  if (node === undefined) throw unknown('node', 'unknown-node', name, standing);
  throw withoutPlace(node, standing);
}

function withoutPlace({ name, kind, interfaces }: NodeReport, standing: readonly string[]) {
  const [first] = interfaces;
  const look = first === undefined ? '' : `; or see what passes it: ropewalk capture ${first.link}`;
  return new InputError({
    code: 'node-in-hub',
    message: `${name} is a ${kind} that the hub models: nothing can be started there`,
    hint: `choose one of ${listed(standing)}${look}`,
  });
}

/** A link's name, or a node's for all of its links. */
export function linksOf({ links, nodes }: LabReport, name: string): readonly string[] {
  if (links.some((link) => link.name === name)) return [name];
  const node = nodes.find((one) => one.name === name);
  if (node !== undefined) return node.interfaces.map(({ link }) => link);
  const known = [...links, ...nodes].map((one) => one.name);
  throw unknown('link or node', 'unknown-link', name, known);
}

function unknown(what: string, code: string, name: string, known: readonly string[]): InputError {
  const near = nearestWord(name, known);
  const message = `there is no ${what} called ${JSON.stringify(name)}`;
  const hint = near === undefined ? `there is ${listed(known)}` : `did you mean ${near}?`;
  return new InputError({ code, message, hint });
}

const mostListed = 8;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostListed).join(', ');
  return names.length > mostListed ? `${shown} and ${names.length - mostListed} more` : shown;
}
