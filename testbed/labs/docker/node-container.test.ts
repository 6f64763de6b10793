import test from 'ava';
import { planScenario } from '../../plan/plan-scenario.ts';
import { rigOf } from '../../plan/rig.ts';
import { link, node, scenario } from '../../plan/testing-topology.ts';
import { containersText } from './container-text.ts';
import { dockerfileOf, imageNameOf, nodeImage } from './image-recipe.ts';
import { containerOf, hostnameOf, label } from './node-container.ts';

function containerFor(
  limits: { cpus?: number; memoryBytes?: number } = {},
  cgroupDriver = 'cgroupfs',
  runsCommands = false,
  majorVersion = 23,
) {
  const nodes = [{ ...node('phone[3]', 'terminal'), ...limits }, node('server', 'host')];
  const links = [link('wire', ['phone[3]', 'server'])];
  const [phone] = planScenario(scenario({ nodes, links })).nodes;
  const mounts = [{ from: '/here', to: '/there', isWritable: false }];
  return containerOf({
    node: phone!,
    name: 'rw-abcde-0',
    runId: 'abcde',
    image: 'some',
    mounts,
    cgroupDriver,
    majorVersion,
    runsCommands,
  });
}

test('a node has no network of the engine, and what is mounted is as it was asked for', (t) => {
  const { HostConfig: host, Labels: labels, name } = containerFor();
  t.is(host?.NetworkMode, 'none');
  t.deepEqual(host?.Binds, ['/here:/there:ro']);
  t.is(name, 'rw-abcde-0');
  t.deepEqual(labels, { [label.run]: 'abcde', [label.node]: 'phone[3]' });
});

test("limits are the engine's where a node has any, and memory is not stretched by swap", (t) => {
  const { HostConfig: free } = containerFor();
  t.is(free?.NanoCpus ?? free?.Memory, undefined);
  const { HostConfig: held } = containerFor({ cpus: 0.5, memoryBytes: 64 * 2 ** 20 });
  t.is(held?.NanoCpus, 5e8);
  t.is(held?.Memory, 67_108_864);
  t.is(held?.MemorySwap, held?.Memory);
});

test("of the machine's settings a node may write those of its own network alone", (t) => {
  const paths = containerFor().HostConfig?.ReadonlyPaths ?? [];
  t.true(paths.includes('/proc/sys/kernel') && paths.includes('/proc/sys/vm'));
  t.false(paths.some((path) => path === '/proc/sys' || path.startsWith('/proc/sys/net')));
});

test('a node has its share of the machine to itself, where the engine lets it be placed', (t) => {
  t.is(containerFor().HostConfig?.CgroupParent, '/');
  t.is(containerFor({}, 'systemd').HostConfig?.CgroupParent, undefined);
});

test('who looks after the sockets of a node may do so where commands run, and nowhere else', (t) => {
  const rightsOf = (runsCommands: boolean, majorVersion?: number) =>
    containerFor({}, 'cgroupfs', runsCommands, majorVersion).HostConfig?.CapAdd as string[];
  t.deepEqual(rightsOf(true).slice(4), ['SYS_PTRACE', 'BPF', 'PERFMON']);
  t.deepEqual(rightsOf(true, 20).slice(4), ['SYS_PTRACE', 'SYS_ADMIN'], 'no names for less');
  t.deepEqual(rightsOf(false, 20).slice(4), []);
});

for (const [name, expected] of [
  ['phone', 'phone'],
  ['phone[7]', 'phone-7'],
  ['über_alles', 'ber-alles'],
  ['[]', 'node'],
] as const) {
  test(`${name} is called ${expected} by itself`, (t) => t.is(hostnameOf(name), expected));
}

test('a dry run shows each container as a command, with the limits of its node', (t) => {
  const nodes = [{ ...node('phone', 'terminal'), cpus: 0.5, memoryBytes: 2 ** 26 }];
  const plan = planScenario(scenario({ nodes, links: [] }));
  const [run, attach] = containersText(plan, rigOf(plan, 'RUN')).split('\n');
  t.regex(run!, /^docker run -d --name rw-RUN-0 --hostname phone --network none .*ropewalk-node:/);
  t.regex(run!, / --cpus 0\.5 --memory 67108864 --memory-swap 67108864 /);
  t.regex(attach!, /^ip netns attach rw-RUN-0 /);
});

test('an image is named by its recipe', (t) => {
  const more = { ...nodeImage, packages: [...nodeImage.packages, 'tshark'] };
  t.is(imageNameOf(nodeImage), imageNameOf({ ...nodeImage }));
  t.not(imageNameOf(more), imageNameOf(nodeImage));
  t.regex(dockerfileOf(more), /^FROM debian:bookworm-slim\n.*tshark/s);
});
