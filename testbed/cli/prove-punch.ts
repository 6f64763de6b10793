/**
 * The part of `make prove` that is about hole punching: every pair of boxes with 300 seeds, without loss and
 * at 1 and 5 %, and the search for ports that are drawn. Each cell that is done is kept as a line, so that
 * a proof that was interrupted goes on, and one of few seeds with those that lack; it ends with a report that
 * is committed.
 * `--seeds 50` and `--for 400` (seconds) make it shorter: the report says what it stands on.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import {
  behaviourKinds,
  boundMs,
  type Cell,
  cellsOf,
  evenWays,
  nameOfCell,
  presetKinds,
  tryCell,
} from '../campaign/punch-cells.ts';

const root = join(import.meta.dirname, '../..');
const workFolder = join(root, 'reports/runs/punch-proof');
const reportFile = join(root, 'reports/proof/punching.md');
const lossesPercent = [0, 1, 5] as const;
/** At 1 000 probes a second. */
const searchedMs = 1_500;
const searchedRatio = 0.98;

const { values: flags } = parseArgs({
  options: { seeds: { type: 'string' }, for: { type: 'string' } },
});
const seeds = Number(flags.seeds ?? 300);
const endMs = performance.now() + 1_000 * Number(flags.for ?? Number.POSITIVE_INFINITY);

interface Part {
  readonly id: string;
  readonly cell: Cell;
  readonly lossPercent: number;
  readonly isSearch: boolean;
  readonly tries: number;
}

/** Of its tries, rising; those without a direct path are left out. */
interface Seen {
  readonly id: string;
  readonly tries: number;
  readonly found: readonly number[];
}

function partsOf(cells: readonly Cell[]): Part[] {
  const grid = lossesPercent.flatMap((lossPercent) =>
    cells.map((cell): Part => {
      const isPossible = boundMs(cell.reach, evenWays, lossPercent) !== undefined;
      const tries = isPossible ? seeds : Math.ceil(seeds / 10);
      const id = `${nameOfCell(cell)} at ${lossPercent} %`;
      return { id, cell, lossPercent, isSearch: false, tries };
    }),
  );
  const searched = cells.filter(({ reach }) => reach === 'searched');
  const searches = searched.map((cell): Part => {
    const id = `${nameOfCell(cell)} with search`;
    return { id, cell, lossPercent: 0, isSearch: true, tries: seeds };
  });
  return [...grid, ...searches];
}

async function prove(part: Part, before: Seen | undefined): Promise<Seen> {
  const { id, cell, lossPercent, isSearch, tries } = part;
  const found = [...(before?.found ?? [])];
  for (let seed = 1 + (before?.tries ?? 0); seed <= tries; seed++) {
    const waitMs = isSearch || boundMs(cell.reach, evenWays, lossPercent) ? 4_000 : 2_000;
    const ms = await tryCell(cell, { seed, lossPercent, search: isSearch, waitMs });
    if (ms !== undefined) found.push(Math.round(ms * 1_000) / 1_000);
  }
  return { id, tries, found: found.toSorted((a, b) => a - b) };
}

function isWhole({ tries }: Part, seen: Seen | undefined): boolean {
  return seen !== undefined && seen.tries >= tries;
}

/** Undefined: more than one in a hundred found none. */
function p99Of({ found, tries }: Seen): number | undefined {
  return found[Math.ceil(0.99 * tries) - 1];
}

function holds({ cell, lossPercent, isSearch }: Part, seen: Seen): boolean {
  if (isSearch) {
    return seen.found.filter((ms) => ms <= searchedMs).length >= searchedRatio * seen.tries;
  }
  const mostMs = boundMs(cell.reach, evenWays, lossPercent);
  if (mostMs === undefined) return seen.found.length === 0;
  return seen.found.length === seen.tries && p99Of(seen)! <= mostMs;
}

function rowOf(part: Part, seen: Seen): string {
  const mostMs = part.isSearch ? searchedMs : boundMs(part.cell.reach, evenWays, part.lossPercent);
  const at = (ratio: number) => seen.found[Math.ceil(ratio * seen.tries) - 1] ?? '';
  const bar = part.isSearch ? `98 % within ${mostMs}` : (mostMs ?? 'relay');
  const verdict = holds(part, seen) ? '' : '**misses**';
  return `| ${part.id} | ${part.cell.reach} | ${seen.found.length} of ${seen.tries} | ${at(0.5)} | ${at(0.99)} | ${bar} | ${verdict} |`;
}

function reportOf(done: readonly (readonly [Part, Seen])[], all: number, commit: string): string {
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Linux ${release()}, Node ${process.version}`;
  const good = done.filter(([part, seen]) => holds(part, seen)).length;
  const tries = done.reduce((sum, [, seen]) => sum + seen.tries, 0);
  const whole = done.filter(([part, seen]) => isWhole(part, seen)).length;
  return [
    '# What `make prove` saw of hole punching',
    '',
    `Written by \`node testbed/cli/prove-punch.ts\`. Sources of tree ${commit}, ${new Date().toISOString().slice(0, 10)}, ${machine}.`,
    '',
    `${done.length} of ${all} parts were run, ${whole} with all their seeds, ${tries} tries in virtual time; ${good} hold, ${done.length - good} miss their bar.`,
    'One way to the relay is 25 ms for both, R = 100 ms, D = 40 ms; loss is end to end, of each of the two ways.',
    'The bar of the p99 is 100 ms where the relay tells both, 150 ms where they must hear of each other, 190 ms',
    '(1.5 R + D) where a box counts its ports, 30 ms more at a loss; and every try finds a path.',
    '',
    '| boxes of who begins × of the other | theory | found | median, ms | p99, ms | bar, ms | |',
    '|---|---|---|---|---|---|---|',
    ...done.map(([part, seen]) => rowOf(part, seen)),
    '',
  ].join('\n');
}

/** What was seen stays true while what it was seen of is the same. */
const trees = await execa('git', ['rev-parse', 'HEAD:src', 'HEAD:testbed/models'], { cwd: root });
const version = trees.stdout.replaceAll('\n', ' ').replaceAll(/(\w{10})\w*/g, '$1');
const kept = join(workFolder, `${version.replace(' ', '-')}.ndjson`);
mkdirSync(workFolder, { recursive: true });
const lines = existsSync(kept) ? readFileSync(kept, 'utf8').trim().split('\n') : [];
const known = new Map(lines.map((line) => JSON.parse(line) as Seen).map((seen) => [seen.id, seen]));
const parts = partsOf([...cellsOf(presetKinds), ...cellsOf(behaviourKinds)]);
for (const part of parts) {
  const before = known.get(part.id);
  if (isWhole(part, before)) continue;
  if (performance.now() > endMs) continue;
  const seen = await prove(part, before);
  known.set(part.id, seen);
  appendFileSync(kept, `${JSON.stringify(seen)}\n`);
}
const done = parts.flatMap((part) => {
  const seen = known.get(part.id);
  return seen === undefined ? [] : [[part, seen] as const];
});
writeFileSync(reportFile, reportOf(done, parts.length, version));
const missing = done.filter(([part, seen]) => !holds(part, seen)).map(([{ id }]) => id);
const whole = done.filter(([part, seen]) => isWhole(part, seen)).length;
process.stdout.write(`${whole} of ${parts.length} parts done, ${missing.length} miss\n`);
process.exitCode = missing.length === 0 && whole === parts.length ? 0 : 1;
