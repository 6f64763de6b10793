/** Rules for the namespace of this thread, which a process that it starts inherits. */
import { spawnSync } from 'node:child_process';
import { findTool } from '../processes/find-tool.ts';

/** Undefined: they stand, all of them; otherwise none does, and this is why. */
export function runNft(rules: string): string | undefined {
  const nft = findTool('nft');
  if (nft === undefined) return 'no tool';
  const { status, stderr, error } = spawnSync(nft, ['-f', '-'], {
    input: rules,
    encoding: 'utf8',
  });
  if (error) throw error;
  return status === 0 ? undefined : stderr.trim();
}
