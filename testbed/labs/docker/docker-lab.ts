/**
 * The lab of real time in which each node of the kernel is a container: the netns lab on other ground.
 * Links are the hub's, as there; its devices stand in the containers' namespaces.
 */

import type { Plan } from '../../plan/plan.ts';
import type { Lab, LabOptions } from '../lab.ts';
import { newRunId } from '../ledger/run-id.ts';
import type { GroundParts } from '../netns/ground.ts';
import { kernelFactsHere } from '../netns/kernel-facts.ts';
import type { LiveNetnsLab } from '../netns/live-netns-lab.ts';
import { raiseKernelLab } from '../netns/raise-lab.ts';
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

export async function raiseDockerLab(plan: Plan, options: LabOptions): Promise<LiveNetnsLab> {
  return raiseOn(await findEngine(), plan, options, newRunId());
}

function raiseOn(
  engine: EngineFound,
  plan: Plan,
  options: LabOptions,
  runId: string,
): Promise<LiveNetnsLab> {
  if (engine.kind !== 'answers') throw noEngine(engine);
  const openGround = (parts: GroundParts) => new ContainerGround(engine, parts);
  return raiseKernelLab({ name: 'docker', openGround }, plan, options, runId);
}
