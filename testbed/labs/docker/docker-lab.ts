/**
 * The lab of real time in which each node of the kernel is a container. Links are the hub's, whose
 * devices stand in the containers' namespaces.
 */

import type { Plan } from '../../plan/plan.ts';
import type { GroundParts } from '../ground/ground.ts';
import { kernelFactsHere } from '../ground/kernel-facts.ts';
import type { LiveKernelLab } from '../ground/live-kernel-lab.ts';
import { raiseKernelLab } from '../ground/raise-lab.ts';
import type { Lab, LabOptions } from '../lab.ts';
import { newRunId } from '../ledger/run-id.ts';
import { ContainerGround } from './container-ground.ts';
import { dockerLacksOf, noEngine } from './docker-lacks.ts';
import { type EngineFound, findEngine } from './find-engine.ts';

export interface DockerLabOptions {
  /** The names of the catalogue. */
  readonly programs: readonly string[];
  readonly engine: EngineFound;
  readonly nextRunId?: () => string;
}

export async function createDockerLabHere(programs: readonly string[]): Promise<Lab> {
  return createDockerLab({ programs, engine: await findEngine() });
}

export function createDockerLab(options: DockerLabOptions): Lab {
  const { programs, engine, nextRunId = newRunId } = options;
  const kernel = kernelFactsHere();
  return {
    name: 'docker',
    lacks: (plan) => dockerLacksOf(plan, { programs, kernel, engine }),
    up: (plan, given) => raiseOn(engine, plan, given, nextRunId()),
  };
}

export async function raiseDockerLab(plan: Plan, options: LabOptions): Promise<LiveKernelLab> {
  return raiseOn(await findEngine(), plan, options, newRunId());
}

function raiseOn(
  engine: EngineFound,
  plan: Plan,
  options: LabOptions,
  runId: string,
): Promise<LiveKernelLab> {
  if (engine.kind !== 'answers') throw noEngine(engine);
  const openGround = (parts: GroundParts) => new ContainerGround(engine, parts);
  return raiseKernelLab({ name: 'docker', openGround }, plan, options, runId);
}
