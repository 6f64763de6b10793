/**
 * Settings may name a node: `{ node: server }` becomes the list of its addresses, as texts, on the
 * interface that is nearest to the program; `{ node: server, link: core }` says which interface, and
 * `{ node: server, at: 0 }` takes one address out of the list. Several in a list become one list. The
 * program's `family` (4 unless it says 6) is the family of the addresses.
 */
import { type Family, familyOf, formatIp } from '../../src/base/address.ts';
import { nearestWord } from '../../src/base/nearest.ts';
import type { Settings, SettingValue } from '../../src/host/program.ts';
import type { ProgramModel } from '../schema/model.ts';
import type { NetworkIndex } from './network-index.ts';
import type { PlannedNode } from './plan.ts';
import { PlanError } from './plan-error.ts';
import { findReach } from './reach.ts';

interface Reference {
  readonly node: string;
  readonly link?: string;
  readonly at?: number;
}

export function resolveNodes(index: NetworkIndex, program: ProgramModel): Settings {
  const resolve = (value: SettingValue, path: readonly (string | number)[]): SettingValue => {
    if (Array.isArray(value)) {
      const list = value.map((one, at) => resolve(one, [...path, at]));
      return list.flatMap((one, at) => (isReference(value[at]) ? one : [one]));
    }
    if (value === null || typeof value !== 'object') return value;
    if (isReference(value)) return addressesOf(index, program, value, path);
    const entries = Object.entries(value).map(([key, one]) => [key, resolve(one, [...path, key])]);
    return Object.fromEntries(entries);
  };
  return resolve(program.with, ['programs', program.name, 'with']) as Settings;
}

function isReference(value: unknown): value is Reference {
  if (value === null || typeof value !== 'object') return false;
  if (!('node' in value) || typeof value.node !== 'string') return false;
  return Object.keys(value).every((key) => key === 'node' || key === 'link' || key === 'at');
}

function addressesOf(
  index: NetworkIndex,
  program: ProgramModel,
  reference: Reference,
  path: readonly (string | number)[],
): SettingValue {
  const node = index.nodes.get(reference.node);
  if (node === undefined) throw unknownNode(index, reference, path);
  const { family: asked } = program.with;
  const family = asked === 6 ? 6 : 4;
  const name = reference.link ?? nearestInterface(index, program.on, node, family);
  const found = node.interfaces.find((one) => one.name === name);
  const addresses = (found?.addresses ?? [])
    .map((prefix) => prefix.address)
    .filter((address) => familyOf(address) === family)
    .map(formatIp);
  const wanted = reference.at === undefined ? addresses : addresses[reference.at];
  if (wanted === undefined || addresses.length === 0) throw noAddress(program, reference, path);
  return wanted;
}

function nearestInterface(
  index: NetworkIndex,
  from: string,
  node: PlannedNode,
  family: Family,
): string | undefined {
  if (node.name === from) return node.interfaces[0]?.name;
  const reach = findReach(index, { from, to: node.name, family });
  return reach?.boxes === 0 ? reach.interface : undefined;
}

function unknownNode(
  index: NetworkIndex,
  { node }: Reference,
  path: readonly (string | number)[],
): PlanError {
  const nearest = nearestWord(node, [...index.nodes.keys()]);
  return new PlanError([...path, 'node'], {
    code: 'unknown-node',
    message: `there is no node ${node}`,
    hint: nearest === undefined ? undefined : `did you mean ${nearest}?`,
  });
}

function noAddress(
  program: ProgramModel,
  reference: Reference,
  path: readonly (string | number)[],
): PlanError {
  const place = reference.link === undefined ? '' : ` on ${reference.link}`;
  return new PlanError(path, {
    code: 'no-address',
    message: `${program.on} reaches no address of ${reference.node}${place} as programs.${program.name} asks`,
    hint: `name a link of ${reference.node} that ${program.on} reaches: { node: ${reference.node}, link: … }`,
  });
}
