/** What the machine that this runs on gives the mininet lab, read once. */
import { existsSync, readdirSync } from 'node:fs';
import { cpus, platform, release } from 'node:os';
import { delimiter } from 'node:path';
import process from 'node:process';
import { readBootId } from '../../calibration/calibration-cache.ts';
import { kernelFactsHere } from '../../ground/kernel-facts.ts';
import { toolPath } from '../../processes/find-tool.ts';
import type { AgentFacts } from './messages.ts';

export function agentFacts(): AgentFacts {
  const { isRoot, hasTun, hasMptcp = false, kernel } = kernelFactsHere();
  const folders = toolPath()
    .split(delimiter)
    .filter((folder) => existsSync(folder));
  return {
    ...{
      isRoot,
      hasTun,
      hasMptcp,
      kernel: kernel(),
      tools: folders.flatMap((folder) => readdirSync(folder)),
    },
    ...{ bootId: readBootId(), machine: machineHere() },
  };
}

function machineHere(): AgentFacts['machine'] {
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? 'unknown processor',
    cores: processors.length,
    kernel: `${platform()} ${release()}`,
    node: process.versions.node,
  };
}
