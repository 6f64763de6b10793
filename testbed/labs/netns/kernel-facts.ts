/** What this machine gives the lab; read once, because it is asked for every case. */
import { existsSync } from 'node:fs';
import process from 'node:process';

export interface KernelFacts {
  readonly isLinux: boolean;
  readonly isRoot: boolean;
  readonly hasTun: boolean;
}

export function kernelFactsHere(): KernelFacts {
  return {
    isLinux: process.platform === 'linux',
    isRoot: process.getuid?.() === 0,
    hasTun: existsSync('/dev/net/tun'),
  };
}
