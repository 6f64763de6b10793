/** What this lab can't do of a plan, or this machine's engine can't do for it: named before anything starts. */
import { UnsupportedError } from '../../../src/base/errors.ts';
import { formatSize } from '../../../src/base/units.ts';
import type { Plan, PlannedNode } from '../../plan/plan.ts';
import type { KernelFacts } from '../ground/kernel-facts.ts';
import { lacksOf } from '../ground/plan-lacks.ts';
import type { Lack } from '../lab.ts';
import type { EngineFound } from './find-engine.ts';

export interface DockerFacts {
  readonly programs: readonly string[];
  readonly kernel: KernelFacts;
  readonly engine: EngineFound;
}

const elsewhere = 'or run it without an engine: --lab netns';

export function dockerLacksOf(
  plan: Plan,
  { programs, kernel, engine }: DockerFacts,
): readonly Lack[] {
  if (engine.kind !== 'answers') return [engineLack(engine)];
  const here = { ...kernel, hasTool: () => true };
  return [
    ...lacksOf(plan, programs, here, 'docker'),
    ...plan.nodes.flatMap((node) => limitLacks(node, engine)),
  ];
}

type Missing = Exclude<EngineFound, { readonly kind: 'answers' }>;

export function engineLack(engine: Missing): Lack {
  switch (engine.kind) {
    case 'refuses':
      return {
        what: `the Docker engine at ${engine.socketPath} refuses this user`,
        remedy:
          'put sudo before the command: the lab needs root as well, for the devices of its links',
      };
    case 'elsewhere':
      return {
        what: `DOCKER_HOST is ${engine.address}, and the devices of links can only be moved into containers of this machine`,
        remedy: `name a socket of this machine: DOCKER_HOST=unix:///var/run/docker.sock; ${elsewhere}`,
      };
    case 'silent':
      return {
        what: `no Docker engine answers at ${engine.asked.join(' or ')}`,
        remedy: `start one: sudo systemctl start docker, or, in a checkout of Ropewalk, sudo make docker-engine; ${elsewhere}`,
      };
  }
}

export function noEngine(engine: Missing): UnsupportedError {
  const { what: message, remedy: hint } = engineLack(engine);
  return new UnsupportedError({ code: 'no-engine', message, hint });
}

/** Below that the engine starts nothing. */
const leastMemoryBytes = 6 * 2 ** 20;

function limitLacks(
  { name, cpus = 0, memoryBytes = leastMemoryBytes }: PlannedNode,
  engine: Extract<EngineFound, { readonly kind: 'answers' }>,
): Lack[] {
  const lacks: Lack[] = [];
  if (cpus > engine.cpus) {
    const what = `${name} may use ${cpus} processors, and the engine has ${engine.cpus}`;
    lacks.push({ what, remedy: `write cpus: ${engine.cpus}, or leave it out` });
  }
  if (memoryBytes < leastMemoryBytes) {
    const what = `${name} may use ${formatSize(memoryBytes)} of memory, and the engine starts nothing with so little`;
    lacks.push({ what, remedy: `write memory: ${formatSize(leastMemoryBytes)} or more` });
  }
  if (memoryBytes > engine.memoryBytes) {
    const what = `${name} may use ${formatSize(memoryBytes)} of memory, and the machine has ${formatSize(engine.memoryBytes)}`;
    lacks.push({ what, remedy: 'write less, or leave it out' });
  }
  return lacks;
}
