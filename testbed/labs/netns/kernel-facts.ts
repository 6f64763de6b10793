/** What this machine gives the lab; read once, because it is asked for every case. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { findTool } from './find-tool.ts';
import { type KernelHas, kernelHas } from './kernel-has.ts';

export interface KernelFacts {
  readonly isLinux: boolean;
  readonly isRoot: boolean;
  readonly hasTun: boolean;
  /** Asked only where links pass the hub by; tried once. */
  readonly kernel: () => KernelHas;
  /** Whether a command of that name can be run. */
  readonly hasTool: (name: string) => boolean;
}

export function kernelFactsHere(): KernelFacts {
  let tried: KernelHas | undefined;
  return {
    isLinux: process.platform === 'linux',
    isRoot: process.getuid?.() === 0,
    hasTun: existsSync('/dev/net/tun'),
    kernel: () => {
      tried ??= kernelHas();
      return tried;
    },
    hasTool: (name) => findTool(name) !== undefined,
  };
}
