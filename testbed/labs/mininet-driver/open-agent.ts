/** The way to our agent on a Mininet machine: a connection, a look at the machine, the bundle, the agent. */
import { join } from 'node:path';
import process from 'node:process';
import { bundleIn } from '../bundle/bundle.ts';
import { cacheFolder } from '../cache-folder.ts';
import { AgentLine } from './agent-line.ts';
import { askMachine, refuseMachine } from './mininet-machine.ts';
import { sendBundle } from './send-bundle.ts';
import { SshConnection } from './ssh/connection.ts';
import { type MininetTarget, readSshSettings } from './ssh/target.ts';

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
