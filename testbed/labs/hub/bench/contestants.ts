/** Who carries frames between two namespaces: our hub, the sketch without models, VDE's wirefilter. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { waitReadable } from '../../../../src/linux/descriptor.ts';
import { listLinks } from '../../../../src/linux/link.ts';
import { runInNamespace } from '../../../../src/linux/network-namespace.ts';
import { RouteSocket, routeGroup } from '../../../../src/linux/route-socket.ts';
import { link, node } from '../../../plan/testing-topology.ts';
import type { DirectionSettings } from '../../../schema/link-settings.ts';
import { HubRig } from '../testing-hub.ts';
import { type Cable, type CableEnd, configureEnd, createEnd, pathOf } from './cable.ts';

export interface HubCable extends Cable {
  readonly rig: HubRig;
}

export async function raiseHub(settings: Partial<DirectionSettings>): Promise<HubCable> {
  const nodes = [node('left', 'host'), node('right', 'host')];
  const rig = await HubRig.raise({ nodes, links: [link('wire', ['left', 'right'], settings)] });
  const endOf = (name: string): CableEnd => ({
    namespace: rig.namespaceOf(name),
    address: rig.addressOf(name),
    device: 'wire',
  });
  return {
    rig,
    left: endOf('left'),
    right: endOf('right'),
    pids: [rig.hub.pid],
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

const addresses = ['10.9.0.1/24', '10.9.0.2/24'] as const;

export async function raiseSketch(): Promise<Cable> {
  const [left, right] = [createEnd(addresses[0]), createEnd(addresses[1])];
  const script = join(import.meta.dirname, 'sketch.ts');
  const places = [left, right].flatMap((end) => [pathOf(end), end.device]);
  const child = spawn(process.execPath, ['--no-warnings', script, ...places], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return stand(left, right, [child]);
}

/** Two switches, each with a TAP in a namespace, and the filter between them. */
export async function raiseWirefilter(delayMs: number): Promise<Cable> {
  const [left, right] = [createEnd(addresses[0]), createEnd(addresses[1])];
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-vde-'));
  const switches = await Promise.all(
    [left, right].map((end, at) => startSwitch(end, join(folder, String(at)))),
  );
  const plugs = `${join(folder, '0')}:${join(folder, '1')}`;
  const filter = spawn(
    'wirefilter',
    ['-v', plugs, ...(delayMs > 0 ? ['-d', String(delayMs)] : [])],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  await once(filter, 'spawn');
  return stand(left, right, [...switches, filter], () => rmSync(folder, { recursive: true }));
}

const patienceMs = 5_000;

/** It stands when its device and its socket do. */
async function startSwitch(end: CableEnd, path: string): Promise<ChildProcess> {
  using events = runInNamespace(end.namespace, () => new RouteSocket(routeGroup.links));
  using socket = runInNamespace(end.namespace, () => new RouteSocket());
  const argv = [`--net=${pathOf(end)}`, 'vde_switch', '-s', path, '-tap', end.device];
  const child = spawn('nsenter', argv, { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(child, 'spawn');
  await untilThere(join(path, 'ctl'));
  while (!listLinks(socket).some(({ name }) => name === end.device)) {
    waitReadable(events.fd, patienceMs);
    events.drain();
  }
  return child;
}

async function untilThere(path: string): Promise<void> {
  const folder = join(path, '..', '..');
  const changes = watch(folder, { recursive: true });
  while (!existsSync(path)) await once(changes, 'change');
  changes.close();
}

function stand(
  left: CableEnd,
  right: CableEnd,
  children: readonly ChildProcess[],
  tidyUp: () => void = () => {},
): Cable {
  configureEnd(left, addresses[0]);
  configureEnd(right, addresses[1]);
  return {
    left,
    right,
    pids: children.map(({ pid }) => pid!),
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill('SIGTERM');
      await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')));
      for (const { namespace } of [left, right]) namespace[Symbol.dispose]();
      tidyUp();
    },
  };
}
