/** The lab of real time on a machine that has Mininet and that ssh reaches. */
import { join } from 'node:path';
import process from 'node:process';
import type { Plan } from '../../plan/plan.ts';
import { bundleIn } from '../bundle/bundle.ts';
import { cacheFolder } from '../cache-folder.ts';
import type { Lab, Lack } from '../lab.ts';
import { lacksOf } from '../netns/netns-lacks.ts';
import type { AgentFacts } from './agent/messages.ts';
import { AgentLine } from './agent-line.ts';
import { LiveMininetLab } from './live-mininet-lab.ts';
import { askMachine, refuseMachine } from './mininet-machine.ts';
import { sendBundle } from './send-bundle.ts';
import { SshConnection } from './ssh/connection.ts';
import { type MininetTarget, readSshSettings } from './ssh/target.ts';

export interface MininetLab extends Lab, AsyncDisposable {
  readonly facts: AgentFacts;
}

/** One connection and one agent for all that it raises. */
export async function openAgent(target: MininetTarget) {
  const connection = await SshConnection.open(readSshSettings(target));
  connection.hold();
  try {
    const machine = await askMachine(connection);
    refuseMachine(machine, connection);
    const bundle = bundleIn(join(cacheFolder(process.env), 'bundles'));
    const sent = await sendBundle(connection, bundle, machine.home);
    const line = await AgentLine.open(connection, machine, sent);
    return { connection, machine, line };
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  } finally {
    connection.release();
  }
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

function lacksThere(
  plan: Plan,
  programs: readonly string[],
  { isRoot, hasTun, kernel, tools }: AgentFacts,
): readonly Lack[] {
  const names = new Set(tools);
  return lacksOf(plan, programs, {
    ...{ isLinux: true, isRoot, hasTun },
    kernel: () => kernel,
    hasTool: (name) => names.has(name),
  });
}
