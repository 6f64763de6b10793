/** Makes one of each thing that the netns lab may need, in a namespace without a name. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createLink, createVethPair, listLinks } from '../../../src/linux/link.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import { RouteSocket } from '../../../src/linux/route-socket.ts';
import { type Discipline, setQdisc } from '../../../src/linux/traffic-control.ts';
import { TunDevice } from '../../../src/linux/tun.ts';
import { findTool } from '../processes/find-tool.ts';
import type { KernelTrial } from './machine-state.ts';

type Words = string | undefined;

export function tryKernelParts(): KernelTrial {
  let namespace: NetworkNamespace;
  try {
    namespace = NetworkNamespace.create();
  } catch (error) {
    return nothingWorks(wordsOf(error));
  }
  using own = namespace;
  return runInNamespace(own, () => ({
    namespace: undefined,
    tap: attempt(tryTap),
    veth: attempt(tryVeth),
    bridge: attempt(tryBridge),
    tbf: attempt(() =>
      tryQdisc({ kind: 'tbf', rateBps: 1e6, burstBytes: 3_000, limitBytes: 9_000 }),
    ),
    netem: attempt(() => tryQdisc(someNetem)),
    ipv6: existsSync('/proc/sys/net/ipv6') ? undefined : 'the kernel was booted without it',
    nat: attempt(tryNat),
  }));
}

function nothingWorks(why: string): KernelTrial {
  const parts = { tap: why, veth: why, bridge: why, netem: why, tbf: why, ipv6: why, nat: why };
  return { namespace: why, ...parts };
}

function attempt(action: () => void): Words {
  try {
    action();
    return undefined;
  } catch (error) {
    return wordsOf(error);
  }
}

/** Of what a system call says, the name of its error is enough. */
function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, name] = /\((E[A-Z0-9]+)\)$/.exec(message) ?? [];
  return name === undefined ? message : `the kernel refuses it (${name})`;
}

function tryTap(): void {
  using _device = TunDevice.open({ name: 'rw-tap', kind: 'tap' });
}

/** The qdiscs below are hung on it. */
function tryVeth(): void {
  using socket = new RouteSocket();
  socket.apply([createVethPair({ name: 'rw-veth' }, { name: 'rw-veth2' })]);
}

function tryBridge(): void {
  using socket = new RouteSocket();
  socket.apply([createLink('bridge', { name: 'rw-bridge' })]);
}

const someNetem: Discipline = {
  kind: 'netem',
  delayNs: 1e6,
  jitterNs: 0,
  loss: { model: 'none' },
  duplicateRatio: 0,
  corruptRatio: 0,
  keepsOrder: false,
  limitFrames: 10,
};

function tryQdisc(discipline: Discipline): void {
  using socket = new RouteSocket();
  const link = listLinks(socket).find(({ name }) => name === 'rw-veth');
  if (link === undefined) throw new Error('there is no veth to try it on');
  socket.apply([setQdisc(link.index, { parent: 'root', handle: '1:', discipline })]);
}

const rules = `table ip rw-trial {
  chain out { type nat hook postrouting priority 100; masquerade; }
}
`;

/** A child process stands where this thread does. */
function tryNat(): void {
  const nft = findTool('nft');
  if (nft === undefined) throw new Error('the command nft is not here');
  const { status, stderr } = spawnSync(nft, ['-f', '-'], { input: rules });
  if (status !== 0) throw new Error(String(stderr).trim().split('\n')[0]);
}
