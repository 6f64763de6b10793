/** What this machine gives the lab; read once, because it is asked for every case. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { findTool } from '../processes/find-tool.ts';
import { type KernelHas, kernelHas } from './kernel-has.ts';

export interface KernelFacts {
  readonly isLinux: boolean;
  readonly isRoot: boolean;
  /** Where it is not root: what keeps it from being that in a namespace of its own. */
  readonly whyNotRootless?: string | undefined;
  readonly hasTun: boolean;
  /** RFC 8684 in the kernel; left out: unknown, taken for no. */
  readonly hasMptcp?: boolean | undefined;
  /** Asked only where links pass the hub by; tried once. */
  readonly kernel: () => KernelHas;
  /** Whether a command of that name can be run. */
  readonly hasTool: (name: string) => boolean;
}

export function kernelFactsHere(): KernelFacts {
  let tried: KernelHas | undefined;
  const isRoot = process.getuid?.() === 0;
  return {
    isLinux: process.platform === 'linux',
    isRoot,
    hasTun: existsSync('/dev/net/tun'),
    hasMptcp: existsSync('/proc/sys/net/mptcp/enabled'),
    kernel: () => {
      tried ??= kernelHas();
      return tried;
    },
    hasTool: (name) => findTool(name) !== undefined,
  };
}
