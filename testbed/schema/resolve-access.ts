/** An access switch as it is written: which links lead to subscribers, and who may have which groups. */
import { type Ip, isMulticast, parseIp } from '../../src/base/address.ts';
import { linksOf, type NodeInputs } from './attachments.ts';
import { findMembers } from './groups.ts';
import type { SourcePath } from './loaded.ts';
import type { AccessMode, AccessModel, AccountModel } from './model.ts';
import type { Report } from './problem.ts';
import { quote } from './quote.ts';
import type { RawNode } from './topology.ts';

const keys = ['ports', 'accounts'] as const;

export function checkAccess(path: SourcePath, raw: RawNode, report: Report): void {
  const isAccess = raw.kind === 'access-switch';
  for (const key of keys) {
    if (isAccess && raw[key] === undefined) {
      const message = `it does not say which ${key} it has`;
      const hint =
        key === 'ports'
          ? 'add ports: { drop: mac-based }, by the links to subscribers'
          : 'add accounts: { alice: { password: garden, groups: [239.1.1.1] } }';
      report({ code: 'missing-key', path: [...path, 'kind'], message, hint });
    }
    if (isAccess || raw[key] === undefined) continue;
    const message = `only a node of kind: access-switch has it, and this is a ${raw.kind}`;
    const hint = 'write kind: access-switch, or leave the key out';
    report({ code: 'misplaced-key', path: [...path, key], aim: 'key', message, hint });
  }
}

export function resolveAccess(
  name: string,
  path: SourcePath,
  raw: RawNode,
  inputs: NodeInputs,
): AccessModel {
  const { report } = inputs;
  const ports = Object.entries(raw.ports ?? {}).flatMap(([reference, mode]) =>
    resolvePort(name, reference, mode, [...path, 'ports', reference], inputs),
  );
  const accounts = Object.entries(raw.accounts ?? {}).map(
    ([account, { password, groups }]): [string, AccountModel] => {
      const at = [...path, 'accounts', account, 'groups'];
      const known = groups.map((text, index) => readGroup(text, [...at, index], report));
      return [account, { password, groups: known.filter((group) => group !== undefined) }];
    },
  );
  return { ports: Object.fromEntries(ports), accounts: Object.fromEntries(accounts) };
}

/** All of the links of that name that lead here. */
function resolvePort(
  name: string,
  reference: string,
  mode: AccessMode,
  path: SourcePath,
  inputs: NodeInputs,
): [string, AccessMode][] {
  const report: Report = (problem) => inputs.report({ ...problem, aim: 'key' });
  const found = findMembers({ ...inputs.links, report }, reference, path);
  if (found === undefined) return [];
  const its = (inputs.attached.get(name) ?? []).filter((link) => found.members.includes(link.name));
  if (its.length === 0 && inputs.isComplete) {
    const message = `${quote(reference)} does not lead to ${name}`;
    report({ code: 'not-attached', path, message, hint: linksOf(name, inputs) });
  }
  return its.map((link) => [link.name, mode]);
}

function readGroup(text: string, path: SourcePath, report: Report): Ip | undefined {
  const group = parseIp(text);
  if (group !== undefined && isMulticast(group)) return group;
  const message = `${quote(text)} is not the address of a group`;
  const hint = 'write one of 224.0.0.0/4 or ff00::/8: 239.1.1.1 or ff15::1';
  report({ code: 'bad-address', path, message, hint });
  return undefined;
}
