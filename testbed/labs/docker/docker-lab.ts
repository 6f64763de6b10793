/**
 * The lab of real time in which each node of the kernel is a container: the netns lab on other ground.
 * Links are the hub's, as there; its devices stand in the containers' namespaces.
 */

import type { Lab } from '../lab.ts';
import { newRunId } from '../ledger/run-id.ts';
import { kernelFactsHere } from '../netns/kernel-facts.ts';
import { raiseKernelLab } from '../netns/raise-lab.ts';
import { ContainerGround } from './container-ground.ts';
import { dockerLacksOf } from './docker-lacks.ts';
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

export function createDockerLab({ programs, engine, nextRunId = newRunId }: DockerLabOptions): Lab {
  const kernel = kernelFactsHere();
  return {
    name: 'docker',
    lacks: (plan) => dockerLacksOf(plan, { programs, kernel, engine }),
    up: (plan, options) => {
      if (engine.kind !== 'answers') throw new Error('no engine answers, which the lab lacks');
      const openGround = (parts: ConstructorParameters<typeof ContainerGround>[1]) =>
        new ContainerGround(engine, parts);
      return raiseKernelLab({ name: 'docker', openGround }, plan, options, nextRunId());
    },
  };
}
