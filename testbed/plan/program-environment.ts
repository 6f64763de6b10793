/**
 * What a command of somebody else's finds in its environment. The lab that starts it adds what only
 * the lab knows: `ROPEWALK_OUT`, a folder of the program's own in the run's folder, and
 * `ROPEWALK_RECORDS`, the descriptor that takes records.
 */
import { formatIp } from '../../src/base/address.ts';
import type { Plan, PlannedNode, PlannedProgram } from './plan.ts';

export function environmentOf(
  { nodes }: Pick<Plan, 'nodes'>,
  { id, node, settings, foreign }: PlannedProgram,
): Record<string, string> {
  const peers = JSON.stringify(peersOf(nodes, node));
  return {
    ...foreign?.env,
    ROPEWALK_NODE: node,
    ROPEWALK_ROLE: id,
    ...(peers.length <= longestPeers && { ROPEWALK_PEERS: peers }),
    ROPEWALK_SETTINGS: JSON.stringify(settings),
  };
}

/** Linux starts nothing that is given a longer text than 128 KiB (execve(2)). */
const longestPeers = 100_000;

type Peers = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** By node and link: the addresses of all nodes but the program's own. */
function peersOf(nodes: readonly PlannedNode[], own: string): Peers {
  const others = nodes.filter(({ name, kind }) => name !== own && kind !== 'switch');
  return Object.fromEntries(others.map((node) => [node.name, addressesByLink(node)]));
}

function addressesByLink({ interfaces }: PlannedNode): Record<string, string[]> {
  const entries = interfaces.map(({ link, addresses }) => [
    link,
    addresses.map(({ address }) => formatIp(address)),
  ]);
  return Object.fromEntries(entries);
}
