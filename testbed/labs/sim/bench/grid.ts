/** What a whole scenario costs its user: the programs, the records, the judging and the report. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '../../../..');
/** USER_HZ: in what proc(5) counts times. */
const ticksPerSecond = 100;

export interface GridRun {
  readonly cells: number;
  readonly passed: boolean;
  /** Of processors, all threads together: what one core would need. */
  readonly seconds: number;
}

/** Every cell of `scenarios/punch-grid.yaml` once, as `ropewalk run` does it. */
export function runGrid(): GridRun {
  const out = mkdtempSync(join(tmpdir(), 'ropewalk-grid-'));
  const program = join(root, 'testbed/cli/main.ts');
  const words = ['run', 'scenarios/punch-grid.yaml', '--lab', 'sim', '--out', out];
  const before = waitedForSeconds();
  const { status } = spawnSync(process.execPath, [program, ...words], {
    cwd: root,
    stdio: 'ignore',
  });
  const seconds = waitedForSeconds() - before;
  const result = JSON.parse(readFileSync(join(out, 'punch-grid/result.json'), 'utf8'));
  rmSync(out, { recursive: true });
  return { cells: result.samples.length, passed: status === 0, seconds };
}

/** Processor time of the children that have ended: cutime and cstime of proc(5). */
function waitedForSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // The second field is the program's name, which may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}
