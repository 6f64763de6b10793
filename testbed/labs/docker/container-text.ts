/** Containers as `docker run` would start them, for people to read; the lab tells the engine itself. */
import type { Plan } from '../../plan/plan.ts';
import type { Rig } from '../../plan/rig.ts';
import { runsCommands } from './command-folders.ts';
import { imageNameOf, nodeImage } from './image-recipe.ts';
import { containerOf } from './node-container.ts';

const anyEngine = { cgroupDriver: 'cgroupfs', majorVersion: 23 } as const;

/** Each with its namespace by name; what a run mounts is left out, which has no path before it begins. */
export function containersText(plan: Plan, { nodes, runId }: Rig): string {
  const image = imageNameOf(nodeImage);
  return nodes
    .flatMap(({ node: name, namespace }) => {
      const node = plan.nodes.find((one) => one.name === name)!;
      const common = { node, runId, image, mounts: [], ...anyEngine };
      const parts = { ...common, runsCommands: runsCommands(plan, name) };
      return [
        `docker run -d ${wordsOf({ ...parts, name: namespace }).join(' ')}`,
        `ip netns attach ${namespace} "$(docker inspect -f '{{.State.Pid}}' ${namespace})"`,
        // Engines switch it off where there is no network of theirs.
        `ip netns exec ${namespace} sysctl -qw net.ipv6.conf.{all,default,lo}.disable_ipv6=0`,
      ];
    })
    .join('\n');
}

function wordsOf(parts: Parameters<typeof containerOf>[0]): string[] {
  const { name, Hostname, Labels = {}, Image, HostConfig = {}, Cmd = [] } = containerOf(parts);
  const { NetworkMode, NanoCpus, Memory, CapAdd, Devices = [], SecurityOpt } = HostConfig;
  return [
    ...[`--name ${name}`, `--hostname ${Hostname}`, `--network ${NetworkMode}`],
    ...Object.entries(Labels).map(([key, value]) => `--label '${key}=${value}'`),
    ...(NanoCpus === undefined ? [] : [`--cpus ${NanoCpus / 1e9}`]),
    ...(Memory === undefined ? [] : [`--memory ${Memory} --memory-swap ${Memory}`]),
    ...(CapAdd as readonly string[]).map((capability) => `--cap-add ${capability}`),
    ...Devices.map(({ PathOnHost }: { PathOnHost: string }) => `--device ${PathOnHost}`),
    ...(SecurityOpt as readonly string[]).map((option) => `--security-opt ${option}`),
    ...[Image!, ...(Cmd as readonly string[]).map((word) => `'${word}'`)],
  ];
}
