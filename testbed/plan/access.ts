/** What access switches and their RADIUS servers are not told by the scenario: the topology knows ports and accounts. */
import { formatIp } from '../../src/base/address.ts';
import type { Settings } from '../../src/host/program.ts';
import type { AccessModel, NodeModel, ProgramModel, Scenario } from '../schema/model.ts';
import { PlanError } from './plan-error.ts';

/** What is written in the scenario counts. */
export function completeAccess(
  { name, topology }: Scenario,
  programs: readonly ProgramModel[],
): ProgramModel[] {
  const nodes = new Map(topology.nodes.map((node) => [node.name, node]));
  const secret = `of ${name}`;
  return programs.map((program) => {
    if (program.run === 'access-switch') {
      const { ports } = accessOf(nodes.get(program.on), program, 'on');
      return { ...program, with: { secret, ports, ...program.with } };
    }
    if (program.run !== 'radius-server') return program;
    const node = nodes.get(String(program.with['switch']));
    const accounts = accountsOf(accessOf(node, program, 'with'));
    return { ...program, with: { secret, accounts, ...program.with } };
  });
}

function accessOf(
  node: NodeModel | undefined,
  program: ProgramModel,
  key: 'on' | 'with',
): AccessModel {
  if (node?.access !== undefined) return node.access;
  throw new PlanError(['programs', program.name, key], {
    code: 'no-access-switch',
    message: `${program.name} is for a node of kind: access-switch, and ${node?.name ?? 'it'} is a ${node?.kind ?? 'stranger'}`,
    hint: 'write kind: access-switch, its ports and its accounts into the topology',
  });
}

function accountsOf({ accounts }: AccessModel): Settings {
  const plain = Object.entries(accounts).map(([name, { password, groups }]) => {
    return [name, { password, groups: groups.map(formatIp) }];
  });
  return Object.fromEntries(plain);
}
