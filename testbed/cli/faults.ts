/** A promise of our own code that did not hold: what whoever mends it needs, in a file. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { quoteCommand } from '../../src/base/shell-words.ts';

export interface FaultContext {
  readonly command: readonly string[];
  readonly version: string;
}

/** What to say on stderr; names the report's file, or holds the report where none can be written. */
export function reportFault(error: unknown, context: FaultContext): string {
  const first = error instanceof Error ? error.message : String(error);
  const report = describeFault(error, context);
  const file = join(tmpdir(), `ropewalk-fault-${process.pid}.txt`);
  try {
    writeFileSync(file, report);
    return `ropewalk: a fault of Ropewalk itself: ${first}\n  please report it with ${file}\n`;
  } catch {
    return `ropewalk: a fault of Ropewalk itself: ${first}\n${report}`;
  }
}

function describeFault(error: unknown, { command, version }: FaultContext): string {
  const { versions, platform, arch } = process;
  return [
    quoteCommand(command),
    `ropewalk ${version}, Node ${versions.node}, ${platform} ${arch}`,
    '',
    inspect(error, { depth: 6 }),
    '',
  ].join('\n');
}
