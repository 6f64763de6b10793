/** Nodes as they are written to nodes as they are. */
import { isMulticast, isUnspecified } from '../../src/base/address.ts';
import { networkOf, type Prefix, parsePrefix } from '../../src/base/prefix.ts';
import { findAttached, type NodeInputs, silence } from './attachments.ts';
import type { SourcePath } from './loaded.ts';
import type { NodeModel } from './model.ts';
import type { Report } from './problem.ts';
import { quote } from './quote.ts';
import { checkAccess, resolveAccess } from './resolve-access.ts';
import { resolveNat } from './resolve-nat.ts';
import type { RawNode } from './topology.ts';

/** One node; only the first member of a group reports what is wrong with all of them. */
export function resolveNode(
  name: string,
  group: string,
  raw: RawNode,
  inputs: NodeInputs,
): NodeModel {
  const path = ['nodes', group];
  const isFirst = name === group || name === `${group}[1]`;
  const quiet = isFirst ? inputs : { ...inputs, report: () => {}, links: silence(inputs.links) };
  if (isFirst) checkKind(path, raw, inputs.report);
  const { stack, cpus, memory } = { ...inputs.raw.defaults?.nodes, ...raw };
  return {
    name,
    group,
    kind: raw.kind,
    stack: stack ?? 'kernel',
    nat: raw.kind === 'nat' ? resolveNat(name, path, raw, quiet) : undefined,
    addressCount: raw.addresses ?? 1,
    addresses: resolveAddresses(name, path, raw, quiet),
    defaultRoute: resolveDefaultRoute(name, path, raw, quiet),
    ...(raw.kind === 'hardware' && { hardware: raw.interface }),
    ...(raw.kind === 'access-switch' && { access: resolveAccess(name, path, raw, quiet) }),
    cpus,
    memoryBytes: memory,
  };
}

const natKeys = ['nat', 'inside'] as const;
const addressKeys = ['stack', 'addresses', 'address', 'default-route'] as const;

function checkKind(path: SourcePath, raw: RawNode, report: Report): void {
  for (const key of natKeys) {
    if (raw[key] === undefined || raw.kind === 'nat') continue;
    const message = `only a node of kind: nat has it, and this is a ${raw.kind}`;
    const hint = 'write kind: nat, or leave the key out';
    report({ code: 'misplaced-key', path: [...path, key], aim: 'key', message, hint });
  }
  checkHardware(path, raw, report);
  checkAccess(path, raw, report);
  for (const key of addressKeys) {
    if (raw[key] === undefined || raw.kind !== 'switch') continue;
    const message = 'a switch passes frames on and has no addresses';
    const hint = 'leave the key out, or write kind: router';
    report({ code: 'switch-address', path: [...path, key], aim: 'key', message, hint });
  }
}

const notOfHardware = ['stack', 'count', 'cpus', 'memory'] as const;

/** A machine of somebody else's: we have no more of it than the interface that leads there. */
function checkHardware(path: SourcePath, raw: RawNode, report: Report): void {
  const isHardware = raw.kind === 'hardware';
  if (isHardware && raw.interface === undefined) {
    const message = 'it does not say by which interface it is plugged in';
    const hint = 'add interface: eth1, a network card of this machine or a TAP device';
    report({ code: 'missing-key', path: [...path, 'kind'], message, hint });
  }
  if (!isHardware && raw.interface !== undefined) {
    const message = `only a node of kind: hardware has it, and this is a ${raw.kind}`;
    const hint = 'write kind: hardware, or leave the key out';
    report({ code: 'misplaced-key', path: [...path, 'interface'], aim: 'key', message, hint });
  }
  for (const key of notOfHardware) {
    if (!isHardware || raw[key] === undefined) continue;
    const message = 'a machine of kind: hardware has it by itself, and is one';
    const hint = 'leave the key out';
    report({ code: 'misplaced-key', path: [...path, key], aim: 'key', message, hint });
  }
}

function resolveDefaultRoute(
  name: string,
  path: SourcePath,
  raw: RawNode,
  inputs: NodeInputs,
): string | undefined {
  const reference = raw['default-route'];
  if (reference === undefined) return undefined;
  return findAttached(name, reference, [...path, 'default-route'], inputs);
}

function resolveAddresses(
  name: string,
  path: SourcePath,
  raw: RawNode,
  inputs: NodeInputs,
): Record<string, Prefix[]> {
  const given: Record<string, Prefix[]> = {};
  if (raw.address === undefined) return given;
  const at = [...path, 'address'];
  if (raw.count !== undefined) {
    const message = `all of ${raw.count} nodes cannot have the same address`;
    const hint = 'leave it out: each gets one of its own';
    inputs.report({ code: 'conflicting-keys', path: at, aim: 'key', message, hint });
    return given;
  }
  for (const [reference, texts] of Object.entries(raw.address)) {
    const link = findAttached(name, reference, [...at, reference], inKeys(inputs));
    const prefixes = [texts].flat().map((text, index) => {
      const place = Array.isArray(texts) ? [...at, reference, index] : [...at, reference];
      return readAddress(text, place, inputs.report);
    });
    if (link !== undefined) given[link] = prefixes.filter((prefix) => prefix !== undefined);
  }
  return given;
}

/** The names stand in the keys of a map. */
function inKeys(inputs: NodeInputs): NodeInputs {
  const report: Report = (problem) => inputs.report({ ...problem, aim: 'key' });
  return { ...inputs, report, links: { ...inputs.links, report } };
}

function readAddress(text: string, path: SourcePath, report: Report): Prefix | undefined {
  const prefix = parsePrefix(text);
  const wrong = prefix === undefined ? 'is not an address with a prefix length' : unusable(prefix);
  if (wrong === undefined) return prefix;
  const hint = 'write an address and its prefix length: 192.0.2.1/24 or 2001:db8::1/64';
  report({ code: 'bad-address', path, message: `${quote(text)} ${wrong}`, hint });
  return undefined;
}

function unusable(prefix: Prefix): string | undefined {
  const { address, length } = prefix;
  if (isMulticast(address)) return 'is a multicast address';
  if (isUnspecified(address)) return 'is no address of a node';
  if (typeof address !== 'number' || length > 30) return undefined;
  if (networkOf(prefix).address === address) return 'is the network itself';
  const last = 2 ** (32 - length) - 1;
  return address - (networkOf(prefix).address as number) === last
    ? 'is the broadcast address of its network'
    : undefined;
}
