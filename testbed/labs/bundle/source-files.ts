/** Our own files that something of ours may import when it runs elsewhere, and no tests. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const rooms = ['src', 'testbed'] as const;
const left = /(^|\/)(testing-[^/]*|[^/]*\.(test|lab|conformance)\.(ts|js))$|(^|\/)(bench|bad)\//;

/** Relative to `root`, sorted. */
export function sourceFilesOf(root: string): string[] {
  const entries = rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(room, name),
    ),
  );
  return entries.filter((name) => /\.(ts|js)$/.test(name) && !left.test(name)).toSorted();
}
