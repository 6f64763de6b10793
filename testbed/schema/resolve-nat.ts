/** A NAT box: what it does, and which of its links are its inner side. */

import { linksOf, type NodeInputs } from './attachments.ts';
import { findMembers } from './groups.ts';
import type { SourcePath } from './loaded.ts';
import type { LinkModel, NodeModel } from './model.ts';
import {
  type NatOverrides,
  type NatPresetName,
  resolveNat as resolveNatSettings,
} from './nat-presets.ts';
import { listWords, quote } from './quote.ts';
import type { RawNode } from './topology.ts';

export function resolveNat(
  name: string,
  path: SourcePath,
  raw: RawNode,
  inputs: NodeInputs,
): NonNullable<NodeModel['nat']> {
  const { preset, overrides } = natOf(raw.nat);
  return {
    ...resolveNatSettings(preset, overrides),
    inside: resolveInside(name, path, raw, inputs),
  };
}

function natOf(raw: RawNode['nat']): { preset?: NatPresetName; overrides: NatOverrides } {
  if (typeof raw !== 'object') return { ...(raw && { preset: raw }), overrides: {} };
  const { preset, timers, ...rest } = raw;
  const overrides = {
    ...given({
      mapping: rest.mapping,
      filtering: rest.filtering,
      ports: rest.ports,
      overload: rest.overload,
      hairpin: rest.hairpin,
      openInput: rest['open-input'],
      portRange: rest['ports-range'],
      refreshInbound: rest['refresh-inbound'],
      portBlock: rest['ports-block'],
      portMapping: rest['port-mapping'],
      ipv6: rest.ipv6,
    }),
    timers: given({
      udpNs: timers?.udp,
      tcpTransitoryNs: timers?.['tcp-transitory'],
      tcpEstablishedNs: timers?.['tcp-established'],
      icmpNs: timers?.icmp,
    }),
  };
  return { ...(preset && { preset }), overrides };
}

/** Without what was left out: an override of undefined would hide the preset's value. */
function given<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: NonNullable<Fields[Key]> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Fields]?: NonNullable<Fields[Key]> };
}

function resolveInside(name: string, path: SourcePath, raw: RawNode, inputs: NodeInputs): string[] {
  const its = inputs.attached.get(name) ?? [];
  if (raw.inside === undefined) return guessInside(name, path, its, inputs);
  const at = [...path, 'inside'];
  const inside = raw.inside.flatMap((reference, index) =>
    insideLinks(name, reference, [...at, index], its, inputs),
  );
  const unique = [...new Set(inside)];
  if (raw.inside.length > 0 && unique.length === 0) return unique;
  checkSides(name, at, its, unique, inputs);
  return unique;
}

function insideLinks(
  name: string,
  reference: string,
  path: SourcePath,
  its: readonly LinkModel[],
  inputs: NodeInputs,
): string[] {
  const found = findMembers(inputs.links, reference, path);
  if (found === undefined) return [];
  const members = new Set(found.members);
  const meant = its.filter((link) => members.has(link.name)).map((link) => link.name);
  if (meant.length === 0 && inputs.isComplete) {
    const message = `${quote(reference)} does not lead to ${name}`;
    inputs.report({ code: 'not-attached', path, message, hint: linksOf(name, inputs) });
  }
  return meant;
}

function checkSides(
  name: string,
  path: SourcePath,
  its: readonly LinkModel[],
  inside: readonly string[],
  inputs: NodeInputs,
): void {
  if (!inputs.isComplete) return;
  const report = (message: string, hint: string) =>
    inputs.report({ code: 'nat-side', path, aim: 'key', message, hint });
  if (inside.length === 0) report(`${name} has no inner side`, linksOf(name, inputs));
  else if (inside.length === its.length) {
    report(`${name} has no outer side: all its links are inside`, 'leave one of them out');
  }
}

/** Unambiguous: of two links exactly one leads to a terminal, and that is the inner side. */
function guessInside(
  name: string,
  path: SourcePath,
  its: readonly LinkModel[],
  inputs: NodeInputs,
): string[] {
  const groups = [...new Set(its.map(({ group }) => group))];
  const toTerminals = its.filter(({ between }) =>
    between.some((end) => inputs.kindOf(end) === 'terminal'),
  );
  const inner = new Set(toTerminals.map(({ group }) => group));
  if (groups.length === 2 && inner.size === 1) return toTerminals.map((link) => link.name);
  if (!inputs.isComplete) return [];
  const hint =
    groups.length < 2
      ? `a NAT box needs two links; ${linksOf(name, inputs)}`
      : `write ${listWords(groups.map((group) => `inside: [${group}]`))}`;
  const message = `it cannot be told which side of ${name} is inside`;
  inputs.report({ code: 'nat-side', path, aim: 'key', message, hint });
  return [];
}
