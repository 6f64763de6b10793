/** What a shard says at its end: it judges nothing, and its exit code says only that it ran. */

import { quoteCommand } from '../../src/base/shell-words.ts';
import type { ShardResult } from '../campaign/shard-result.ts';
import { formatJson } from '../report/json.ts';
import { type RunFlags, shardsFolder } from './run-flags.ts';
import type { Session } from './session.ts';

export function presentShards(
  results: readonly ShardResult[],
  several: boolean,
  flags: RunFlags,
  session: Session,
): void {
  const { terminal } = session;
  if (flags.json) terminal.print(formatJson(several ? results : results[0]!));
  else {
    const merge = quoteCommand(['ropewalk', 'merge', shardsFolder(flags)]);
    terminal.print(`${results.map(describeShard).join('')}when all shards are there: ${merge}\n`);
  }
  session.exitWith(session.interrupted() ?? 0);
}

/** `hello: shard 1 of 3: 12 samples ran, 1 of them failed` */
function describeShard({ campaign, shard, ran, cut, run }: ShardResult): string {
  const failed = ran.filter(({ outcome }) => outcome.kind === 'failed').length;
  const parts = [
    `${campaign.scenario}: shard ${shard.index} of ${shard.of}: ${ran.length} samples ran`,
    ...(failed > 0 ? [`${failed} of them failed`] : []),
    ...(cut === undefined ? [] : [`the others ${cut}`]),
    ...(run.interrupted && cut === undefined ? ['interrupted'] : []),
  ];
  return `${parts.join(', ')}\n`;
}
