/** What programs of an access switch need of a machine where they are real: other people's, and cables of their own. */

import { type Ip, parseIp } from '../../../src/base/address.ts';
import { contains } from '../../../src/base/prefix.ts';
import type { Plan, PlannedNode, PlannedProgram } from '../../plan/plan.ts';
import type { LabName, Lack } from '../lab.ts';
import { isOwnNode } from './own-nodes.ts';

export interface AccessPlace {
  readonly lab: LabName;
  readonly hasTool: (name: string) => boolean;
}

/** Debian's packages. */
const packageOf: Readonly<Record<string, string>> = {
  hostapd: 'hostapd',
  freeradius: 'freeradius',
  wpa_supplicant: 'wpasupplicant',
  openssl: 'openssl',
  nft: 'nftables',
  ip: 'iproute2',
  bridge: 'iproute2',
};

export function accessLacksOf(plan: Plan, { lab, hasTool }: AccessPlace): Lack[] {
  const nodes = new Map(plan.nodes.map((node) => [node.name, node]));
  const its = plan.programs.filter((program) => toolsOf(program).length > 0);
  const switches = plan.nodes.filter(({ kind }) => kind === 'access-switch');
  if (lab !== 'netns') return switches.map(({ name }) => notHere(name, lab));
  return [
    ...missingTools(its, hasTool),
    ...its.flatMap((program) => placeLacks(program, nodes.get(program.node)!)),
  ];
}

function notHere(name: string, lab: LabName): Lack {
  const what = `${name} is an access switch, which the ${lab} lab does not set up`;
  return { what, remedy: 'the netns lab does, and in virtual time sim: add --lab netns' };
}

/** Each said once, with the first that needs it. */
function missingTools(
  programs: readonly PlannedProgram[],
  hasTool: AccessPlace['hasTool'],
): Lack[] {
  const firstToNeed = new Map<string, string>();
  for (const program of programs) {
    for (const tool of toolsOf(program)) {
      if (!firstToNeed.has(tool) && !hasTool(tool)) firstToNeed.set(tool, program.id);
    }
  }
  return [...firstToNeed].map(([tool, id]) => {
    const what = `${id} needs ${tool}, which is not on this machine`;
    return { what, remedy: `install it: apt-get install ${packageOf[tool]}` };
  });
}

function toolsOf({ run, settings }: PlannedProgram): readonly string[] {
  switch (run) {
    case 'access-switch':
      return settings['plain'] === true ? ['ip'] : ['hostapd', 'nft', 'ip', 'bridge'];
    case 'radius-server':
      return ['freeradius', 'openssl'];
    case 'subscriber':
      return [
        ...(settings['mac'] === undefined ? [] : ['ip']),
        ...(settings['account'] === undefined ? [] : ['wpa_supplicant']),
      ];
    default:
      return [];
  }
}

function placeLacks({ id, node, run, settings }: PlannedProgram, place: PlannedNode): Lack[] {
  if (isOwnNode(place)) {
    const what = `${id} is made of the kernel's parts, and ${node} has a stack of ours`;
    return [{ what, remedy: `leave out stack: own for ${node}, or add --lab sim` }];
  }
  if (run !== 'access-switch' || leadsThereAlone(place, settings)) return [];
  const what = `${id} has no link to its RADIUS server alone: a port of a bridge has no address`;
  return [{ what, remedy: `give the server a link of its own to ${node}, or add --lab sim` }];
}

function leadsThereAlone(
  { interfaces }: PlannedNode,
  { server, ports }: PlannedProgram['settings'],
) {
  const [address] = [server ?? []].flat().flatMap((text): Ip[] => {
    const known = parseIp(String(text));
    return known === undefined ? [] : [known];
  });
  const subscribers = Object.keys((ports ?? {}) as object);
  return interfaces
    .filter(({ name }) => !subscribers.includes(name))
    .some(({ addresses }) =>
      addresses.some((one) => address !== undefined && contains(one, address)),
    );
}
