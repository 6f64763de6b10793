/**
 * The lab of real time on this machine's kernel: a network namespace for each node, the hub for the
 * links, and a process for each program.
 */
import type { Plan } from '../../plan/plan.ts';
import type { Lab, LabOptions } from '../lab.ts';
import { newRunId } from '../ledger/run-id.ts';
import { kernelFactsHere } from './kernel-facts.ts';
import type { LiveNetnsLab } from './live-netns-lab.ts';
import { namespaceGround } from './namespace-ground.ts';
import { lacksOf } from './netns-lacks.ts';
import { raiseKernelLab } from './raise-lab.ts';

/** `programs`: the names of the catalogue, whose programs run in processes that have it. */
export function createNetnsLab(programs: readonly string[], nextRunId = newRunId): Lab {
  const facts = kernelFactsHere();
  return {
    name: 'netns',
    lacks: (plan) => lacksOf(plan, programs, facts),
    up: (plan, options) => raiseNetnsLab(plan, options, nextRunId()),
  };
}

export function raiseNetnsLab(
  plan: Plan,
  options: LabOptions,
  runId?: string,
): Promise<LiveNetnsLab> {
  return raiseKernelLab({ name: 'netns', openGround: namespaceGround }, plan, options, runId);
}
