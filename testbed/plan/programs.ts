/**
 * The programs of a plan, in the order in which they start: the scenario's own, the waiting side of
 * each traffic, then those that open. The run starts openers `startNs` after all others are ready.
 */

import type { SettingValue } from '../../src/host/program.ts';
import { builtInPrograms } from '../schema/built-in-programs.ts';
import type { ProgramModel, Scenario } from '../schema/model.ts';

import { completeAccess } from './access.ts';
import { indexNetwork, type Network } from './network-index.ts';
import { resolveNodes } from './node-references.ts';
import type { PlannedProgram } from './plan.ts';
import { checkPorts, checkTwoAddresses, namedPorts } from './program-settings.ts';
import { planTraffic } from './traffic.ts';
import { completeTunnels } from './tunnels.ts';

/** Below the ephemeral ports of RFC 6335, above all that scenarios name for their services. */
const firstPort = 40_000;

export function planPrograms(scenario: Scenario, network: Network): PlannedProgram[] {
  const index = indexNetwork(network);
  const programs = completeAccess(scenario, completeTunnels(scenario.name, scenario.programs));
  const takePort = createPorts(programs);
  const own = programs.map((program) => ({
    id: program.name,
    node: program.on,
    run: program.run,
    settings: resolveNodes(index, program),
    traffic: undefined,
    ...whenOf(program),
    ...(program.foreign && { foreign: program.foreign }),
  }));
  checkPorts(programs.filter(({ run }) => run !== 'terminal'));
  for (const program of own) checkTwoAddresses(program);
  const groupOf = new Map(scenario.topology.links.map((link) => [link.name, link.group]));
  const pairs = scenario.traffic.map((traffic) => planTraffic(index, groupOf, traffic, takePort));
  return [
    ...own.filter((program) => !program.opens),
    ...pairs.map((pair) => pair.passive),
    ...own.filter((program) => program.opens),
    ...pairs.map((pair) => pair.opener),
  ];
}

/** A command of somebody else's is a service unless the scenario says otherwise. */
function whenOf({
  run,
  foreign,
}: ProgramModel): Pick<PlannedProgram, 'awaited' | 'opens' | 'startNs'> {
  const finishes = typeof run === 'string' && builtInPrograms[run]?.finishes === true;
  const startNs = foreign === undefined ? (finishes ? 0 : undefined) : foreign.startNs;
  return {
    awaited: foreign?.awaited ?? finishes,
    opens: startNs !== undefined,
    startNs: startNs ?? 0,
  };
}

/** Each node's ports in order, without those that its programs' settings name. */
function createPorts(programs: readonly ProgramModel[]): (node: string) => number {
  const named = new Map<string, Set<SettingValue>>();
  for (const program of programs) {
    const ports = named.get(program.on) ?? new Set();
    for (const port of namedPorts(program.with)) ports.add(port);
    named.set(program.on, ports);
  }
  const next = new Map<string, number>();
  return (node) => {
    let port = next.get(node) ?? firstPort;
    while (named.get(node)?.has(port)) port += 1;
    next.set(node, port + 1);
    return port;
  };
}
