import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { ExecutionContext } from 'ava';
import { closeDescriptor, waitReadable } from '../../../src/linux/descriptor.ts';
import { openProcess } from '../../../src/linux/pidfd.ts';
import { declareLack, labTest as test } from '../../../src/linux/testing-lab.ts';
import { readMonotonic } from '../../../src/runtime/run-clock.ts';
import { readPcapng } from '../../../src/wire/pcapng.ts';
import { link, ms, node } from '../../plan/testing-topology.ts';
import { findTool } from '../processes/find-tool.ts';
import { Hub } from './hub.ts';
import { HubRig } from './testing-hub.ts';

const topology = {
  nodes: [node('phone', 'terminal'), node('server', 'host')],
  links: [link('wire', ['phone', 'server'], { delayNs: ms(1) })],
};
const port = 7_000;
const patienceMs = 10_000;

test('a capture holds each frame at both ends, begins and ends while it runs, and names the links', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hub capture '));
  t.teardown(() => rmSync(folder, { recursive: true }));
  await using rig = await HubRig.raise(topology);
  using near = rig.open('phone', 6_000);
  using far = rig.open('server', port);
  const send = (number: number) => {
    near.send(Uint8Array.of(number, 7, 7, 7), { address: rig.addressOf('server'), port });
    far.receive();
  };
  send(1);
  const path = join(folder, 'wire.pcapng');
  await rig.hub.capture(path);
  send(2);
  await rig.hub.capture(undefined);
  send(3);
  const blocks = readPcapng(readFileSync(path));
  if (!Array.isArray(blocks)) return t.fail('no pcapng');
  const names = blocks.flatMap((block) => (block.kind === 'interface' ? [block.name] : []));
  t.deepEqual(names, ['phone:wire', 'server:wire']);
  const ours = blocks.filter(
    (block) => block.kind === 'packet' && [...block.bytes.slice(-3)].join() === '7,7,7',
  );
  t.deepEqual(
    ours.map((block) =>
      block.kind === 'packet'
        ? [block.interfaceIndex, block.direction, block.bytes.at(-4)]
        : undefined,
    ),
    [
      [0, 'outbound', 2],
      [1, 'inbound', 2],
    ],
  );
});

test('a capture that can not be written is refused, and the hub goes on; a full disk ends the capture alone', async (t) => {
  await using rig = await HubRig.raise(topology);
  const error = { code: 'capture-not-writable', message: /ENOENT.*nowhere/ };
  await t.throwsAsync(rig.hub.capture('/nowhere/at/all.pcapng'), error);
  await rig.hub.capture('/dev/full');
  await rig.until(() => rig.recordsOf('hub.capture-ended').length === 1);
  t.regex(String(rig.recordsOf('hub.capture-ended')[0]!['reason']), /ENOSPC/);
  using near = rig.open('phone', 6_000);
  using far = rig.open('server', port);
  near.send(Uint8Array.of(1), { address: rig.addressOf('server'), port });
  t.truthy(far.receive());
});

async function readWhileItGrows(t: ExecutionContext): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hub capture '));
  t.teardown(() => rmSync(folder, { recursive: true }));
  await using rig = await HubRig.raise({
    nodes: [node('phone', 'terminal'), node('left', 'host'), node('right', 'host')],
    links: [link('wifi', ['phone', 'left']), link('lte', ['phone', 'right'])],
  });
  const path = join(folder, 'lte.pcapng');
  await rig.hub.capture(path, ['lte']);
  for (const name of ['left', 'right']) {
    using near = rig.open('phone', 6_000);
    using far = rig.open(name, port);
    near.send(Uint8Array.of(9), { address: rig.addressOf(name), port });
    far.receive();
  }
  await rig.hub.settle();
  const argv = ['-r', path, '-Y', 'udp', '-T', 'fields', '-e', 'frame.interface_name'];
  const { stdout, stderr } = spawnSync('tshark', argv, { encoding: 'utf8' });
  t.deepEqual(stdout.trim().split('\n'), ['phone:lte', 'right:lte'], stderr);
}

if (findTool('tshark') === undefined) declareLack('tshark is not here: apt-get install tshark');
else test('tshark reads a capture of one link of two, while it still grows', readWhileItGrows);

/** Says the hub's process once it stands, and then does nothing more. */
const orchestrator = `
  import { Hub } from ${JSON.stringify(new URL('./hub.ts', import.meta.url).href)};
  import { readMonotonic } from ${JSON.stringify(new URL('../../../src/runtime/run-clock.ts', import.meta.url).href)};
  const hub = await Hub.start({ start: readMonotonic(), onRecord() {} });
  await hub.open({ seed: 1, nodes: [], links: [], ports: [] });
  console.log(hub.pid);
  setInterval(() => {}, 1_000);`;

async function startOrchestrator(): Promise<{ child: ChildProcess; hubPid: number }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', orchestrator], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = await once(child.stdout!, 'data');
  return { child, hubPid: Number(text) };
}

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`an orchestrator that ends by ${signal} leaves no hub`, async (t) => {
    const { child, hubPid } = await startOrchestrator();
    const processFd = openProcess(hubPid);
    t.teardown(() => closeDescriptor(processFd));
    t.false(waitReadable(processFd, 0));
    child.kill(signal);
    t.true(waitReadable(processFd, patienceMs));
  });
}

test('an interrupt from the terminal does not reach the hub before it has settled', async (t) => {
  const { child, hubPid } = await startOrchestrator();
  const session = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[5];
  t.not(session(hubPid), session(process.pid));
  child.kill('SIGKILL');
});

test('a hub that is killed fails what waits for it, and what is asked of it afterwards', async (t) => {
  const failures: Error[] = [];
  await using hub = await Hub.start({
    start: readMonotonic(),
    onRecord: () => {},
    onFailure: (error) => failures.push(error),
  });
  await hub.open({ seed: 1, nodes: [], links: [], ports: [] });
  process.kill(hub.pid, 'SIGKILL');
  await t.throwsAsync(hub.settle(), { code: 'hub-failed', message: /SIGKILL/ });
  await t.throwsAsync(hub.settle(), { code: 'hub-failed' });
  t.is(failures.length, 1);
});

test('a device that is taken is named, and nothing is left of the others', async (t) => {
  await using rig = await HubRig.raise(topology);
  await using other = await Hub.start({ start: readMonotonic(), onRecord: () => {} });
  const [first, second] = rig.ports;
  const ports = [{ ...first!, device: 'free' }, second!];
  const { nodes, links } = rig.plan;
  await t.throwsAsync(other.open({ seed: 1, nodes, links, ports }), {
    code: 'system-call',
    message: /TUNSETIFF, wire/,
  });
  await rig.until(() => rig.linkState('phone', 'free') === undefined);
  t.true(rig.linkState('phone', 'wire')!.isRunning);
});

test('a node whose namespace goes is told as gone, and the others go on', async (t) => {
  await using rig = await HubRig.raise({
    nodes: [node('phone', 'terminal'), node('left', 'host'), node('right', 'host')],
    links: [link('wifi', ['phone', 'left']), link('lte', ['phone', 'right'])],
  });
  rig.removeDevice('left', 'wifi');
  await rig.until(() => rig.recordsOf('hub.device-gone').length === 1);
  t.like(rig.recordsOf('hub.device-gone')[0], { link: 'wifi', toward: 'left' });
  using near = rig.open('phone', 6_000);
  using far = rig.open('right', port);
  near.send(Uint8Array.of(1), { address: rig.addressOf('right'), port });
  t.truthy(far.receive());
  rig.hub.change({ kind: 'link-down', link: 'wifi' });
  await rig.until(() => !rig.linkState('phone', 'wifi')!.isRunning);
  await rig.hub.settle();
});
