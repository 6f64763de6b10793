/** A node as the engine is told of it. Its network is what the rig makes of it; the engine has no part in that. */
import type Docker from 'dockerode';
import type { PlannedNode } from '../../plan/plan.ts';
import { bundlePath } from '../bundle/bundle.ts';
import { idleArgv } from './idle-command.ts';

/** As our programs and their lab see it from within. */
export const inside = {
  bundle: '/ropewalk/bundle',
  node: `/ropewalk/bundle/${bundlePath.node}`,
  app: `/ropewalk/bundle/${bundlePath.app}`,
  /** The unified control groups, where the engine shows none. */
  controlGroups: '/ropewalk/cgroup',
  /** Sockets and pipes between the lab and what it starts. */
  channels: '/ropewalk/channels',
  /** Where Node keeps what it compiled. */
  code: '/ropewalk/code',
} as const;

export const label = { run: 'ropewalk.run', node: 'ropewalk.node' } as const;

export interface ContainerParts {
  readonly node: PlannedNode;
  /** Of the container, as of its namespace. */
  readonly name: string;
  readonly runId: string;
  readonly image: string;
  /** On this machine, with where they are within. */
  readonly mounts: readonly Mount[];
  /** Of its engine. */
  readonly cgroupDriver: string;
  readonly majorVersion: number;
  /** Of somebody else's. */
  readonly runsCommands: boolean;
}

export interface Mount {
  readonly from: string;
  readonly to: string;
  readonly isWritable: boolean;
}

/** All that the engine protects by default, but for the settings of the node's own network. */
const readonlyPaths = [
  ...['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sysrq-trigger'],
  ...['abi', 'debug', 'dev', 'fs', 'kernel', 'user', 'vm'].map((name) => `/proc/sys/${name}`),
];

/** The settings are the kernel's (AppArmor forbids them), and a node is no cage: what runs there is the user's own. */
const securityOptions = ['seccomp=unconfined', 'apparmor=unconfined'];

const nanoCpus = 1e9;

export function containerOf(parts: ContainerParts): Docker.ContainerCreateOptions {
  const { node, name, runId, image } = parts;
  return {
    ...{ name, Image: image, Cmd: idleArgv, Hostname: hostnameOf(node.name) },
    Labels: { [label.run]: runId, [label.node]: node.name },
    Env: [`ROPEWALK_RUN=${runId}`, `ROPEWALK_NODE=${node.name}`],
    HostConfig: {
      NetworkMode: 'none',
      ...limitsOf(node),
      ...placeOf(parts.cgroupDriver),
      Binds: parts.mounts.map(bindOf),
      CapAdd: parts.runsCommands ? [...rights, ...rightsOfCommands(parts.majorVersion)] : rights,
      Devices: [{ PathOnHost: tunPath, PathInContainer: tunPath, CgroupPermissions: 'rwm' }],
      SecurityOpt: securityOptions,
      ReadonlyPaths: readonlyPaths,
      LogConfig: { Type: 'none', Config: {} },
    },
  };
}

const rights = ['NET_ADMIN', 'NET_RAW', 'SYS_NICE', 'IPC_LOCK'];

/**
 * For who looks after a node's sockets: to look into its processes, and to be called by the kernel when they connect.
 * Engines before 23 do not know the names of the latter; the kernel takes an older and wider one for it.
 */
function rightsOfCommands(majorVersion: number): readonly string[] {
  return ['SYS_PTRACE', ...(majorVersion >= 23 ? ['BPF', 'PERFMON'] : ['SYS_ADMIN'])];
}

const tunPath = '/dev/net/tun';

/**
 * Below the engine's own group all containers together would have the share of one process of this
 * machine; so each has it. systemd places groups as it likes.
 */
function placeOf(cgroupDriver: string): Docker.HostConfig {
  return cgroupDriver === 'cgroupfs' ? { CgroupParent: '/' } : {};
}

/** Memory without swap: more than that it does not get. */
function limitsOf({ cpus, memoryBytes }: PlannedNode): Docker.HostConfig {
  return {
    ...(cpus !== undefined && { NanoCpus: Math.round(cpus * nanoCpus) }),
    ...(memoryBytes !== undefined && { Memory: memoryBytes, MemorySwap: memoryBytes }),
  };
}

function bindOf({ from, to, isWritable }: Mount): string {
  return `${from}:${to}:${isWritable ? 'rw' : 'ro'}`;
}

/** RFC 1123 2.1: `phone[7]` becomes `phone-7`. */
export function hostnameOf(node: string): string {
  const plain = node.replaceAll(/[^A-Za-z0-9-]+/g, '-').replaceAll(/^-+|-+$/g, '');
  return plain.slice(0, 63) || 'node';
}
