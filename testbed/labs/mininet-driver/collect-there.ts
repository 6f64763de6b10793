/** `gc` on a Mininet machine: what its own ledgers name, by our agent there. */
import type { CollectedRun } from '../ledger/collect-garbage.ts';
import { openAgent } from './open-agent.ts';
import type { MininetTarget } from './ssh/target.ts';

export async function collectThere(target: MininetTarget): Promise<readonly CollectedRun[]> {
  const { connection, line } = await openAgent(target);
  await using _connection = connection;
  await using _line = line;
  return (await line.ask({ kind: 'collect' }, 'collected')).runs;
}
