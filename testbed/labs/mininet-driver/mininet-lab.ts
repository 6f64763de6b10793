/** The lab of real time on a machine that has Mininet and that ssh reaches. */
import type { Plan } from '../../plan/plan.ts';
import type { KernelFacts } from '../ground/kernel-facts.ts';
import { lacksOf } from '../ground/plan-lacks.ts';
import type { Lab, Lack } from '../lab.ts';
import type { AgentFacts } from './agent/messages.ts';
import { LiveMininetLab } from './live-mininet-lab.ts';
import { openAgent } from './open-agent.ts';
import { rateLacksOf } from './rate-lacks.ts';
import type { MininetTarget } from './ssh/target.ts';

export interface MininetLab extends Lab, AsyncDisposable {
  readonly facts: AgentFacts;
}

/** `programs`: the names of the catalogue, which the bundle has. */
export async function createMininetLab(
  target: MininetTarget,
  programs: readonly string[],
): Promise<MininetLab> {
  const { connection, line } = await openAgent(target);
  return {
    name: 'mininet',
    facts: line.facts,
    lacks: (plan) => lacksThere(plan, programs, line.facts),
    up: (plan, options) => LiveMininetLab.raise(line, plan, options),
    async [Symbol.asyncDispose]() {
      await line[Symbol.asyncDispose]();
      await connection[Symbol.asyncDispose]();
    },
  };
}

function lacksThere(plan: Plan, programs: readonly string[], there: AgentFacts): readonly Lack[] {
  const { isRoot, hasTun, hasMptcp, kernel, tools } = there;
  const names = new Set(tools);
  const facts: KernelFacts = {
    ...{ isLinux: true, isRoot, hasTun, hasMptcp },
    kernel: () => kernel,
    hasTool: (name) => names.has(name),
  };
  return [...lacksOf(plan, programs, facts, 'mininet'), ...rateLacksOf(plan, there)];
}
