/**
 * The lab of real time on this machine's kernel: a network namespace for each node, the hub for the
 * links, and a process for each program.
 */
import type { Plan } from '../../plan/plan.ts';
import { kernelFactsHere } from '../ground/kernel-facts.ts';
import type { LiveKernelLab } from '../ground/live-kernel-lab.ts';
import { lacksOf } from '../ground/plan-lacks.ts';
import { raiseKernelLab } from '../ground/raise-lab.ts';
import type { Lab, LabOptions } from '../lab.ts';
import { newRunId } from '../ledger/run-id.ts';
import { whyNotRootless } from '../rootless.ts';
import { namespaceGround } from './namespace-ground.ts';

/** `programs`: the names of the catalogue, whose programs run in processes that have it. */
export function createNetnsLab(programs: readonly string[], nextRunId = newRunId): Lab {
  const here = kernelFactsHere();
  const facts = { ...here, whyNotRootless: here.isRoot ? undefined : whyNotRootless() };
  return {
    name: 'netns',
    lacks: (plan) => lacksOf(plan, programs, facts, 'netns'),
    up: (plan, options) => raiseNetnsLab(plan, options, nextRunId()),
  };
}

export function raiseNetnsLab(
  plan: Plan,
  options: LabOptions,
  runId?: string,
): Promise<LiveKernelLab> {
  return raiseKernelLab({ name: 'netns', openGround: namespaceGround }, plan, options, runId);
}
