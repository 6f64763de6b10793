/** What stands, as `ps` shows it: links as they are now, and whoever runs on the nodes. */
import { readdirSync, readFileSync } from 'node:fs';
import { formatPrefix } from '../../../src/base/prefix.ts';
import type { Plan, PlannedLink, PlannedNode } from '../../plan/plan.ts';
import { idleCommand } from '../docker/idle-command.ts';
import type { LiveKernelLab } from '../ground/live-kernel-lab.ts';
import { identityOf } from '../ledger/process-table.ts';
import type { LinkReport, NodePlace, NodeReport, ProcessReport } from './messages.ts';

export function reportNodes({ nodes }: Plan, live: LiveKernelLab): NodeReport[] {
  const places = placesOf(live);
  const processes = listProcesses([...places.values()]);
  return nodes.map((node) => reportNode(node, places.get(node.name), processes));
}

function placesOf({ place: { standing, ground } }: LiveKernelLab): ReadonlyMap<string, NodePlace> {
  return new Map(
    standing.rig.nodes.map(({ node, namespace }) => [
      node,
      {
        namespace,
        namespacePath: standing.namespacePathOf(node),
        hostsPath: standing.hostsPathOf(node),
        container: ground.containerOn(node),
      },
    ]),
  );
}

function reportNode(
  { name, kind, interfaces }: PlannedNode,
  place: NodePlace | undefined,
  processes: ReadonlyMap<string, readonly ProcessReport[]>,
): NodeReport {
  return {
    ...{ name, kind, place },
    interfaces: interfaces.map(({ link, addresses }) => ({
      link,
      addresses: addresses.map(formatPrefix),
    })),
    processes: processesOn(place, processes),
  };
}

/** What holds a container open is none of its processes. */
function processesOn(
  place: NodePlace | undefined,
  processes: ReadonlyMap<string, readonly ProcessReport[]>,
): readonly ProcessReport[] {
  const all = (place && processes.get(place.namespace)) ?? [];
  const holder = place?.container?.pid;
  if (holder === undefined) return all;
  return all.filter(({ pid, command }) => pid !== holder && command !== idleCommand);
}

/** By the namespace that they stand in, in the order of their numbers. */
function listProcesses(places: readonly NodePlace[]): Map<string, ProcessReport[]> {
  const namespaces = new Map(
    places.map(({ namespace, namespacePath }) => [identityOf(namespacePath), namespace]),
  );
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = new Map<string, ProcessReport[]>();
  for (const pid of pids.map(Number).toSorted((a, b) => a - b)) {
    const namespace = namespaces.get(unlessGone(() => identityOf(`/proc/${pid}/ns/net`)));
    if (namespace === undefined) continue;
    const own = found.get(namespace) ?? [];
    found.set(namespace, [...own, { pid, command: commandOf(pid) }]);
  }
  return found;
}

/** proc(5): its words end in a zero byte each; a process that is dead or the kernel's has none. */
function commandOf(pid: number): string {
  const words = unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '';
  return words.split('\0').join(' ').trimEnd();
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

export function reportLinks({ links }: Plan, live: LiveKernelLab): LinkReport[] {
  return links.map((link) => ({
    name: link.name,
    between: [link.ends[0].node, link.ends[1].node],
    engine: link.engine,
    toward: presentSettings(link, live),
  }));
}

/** What would bring back all that was asked for at first is what stands. */
function presentSettings({ name, ends }: PlannedLink, live: LiveKernelLab): LinkReport['toward'] {
  const toward = Object.fromEntries(ends.map(({ node, arriving }) => [node, arriving]));
  const present = live.inverseOf({ kind: 'link-set', link: name, toward });
  return present.kind === 'link-set' ? { ...toward, ...(present.toward as typeof toward) } : toward;
}
