/**
 * The part of `make prove` that is about groups by account: a town of 10 000 subscribers and 200 groups joins,
 * leaves, moves, logs off and sees its server fail, and after each step membership must be what the account may
 * have, what the host wants, and what the server has said. 1 000 seeds; each that is done is kept as a line, so
 * that a proof that was interrupted goes on. It ends with a report that is committed.
 * `--seeds 50` and `--for 400` (seconds) make it shorter: the report says what it stands on.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { bigTown, proveTown } from '../../src/multicast/testing-town-proof.ts';

const root = join(import.meta.dirname, '../..');
const workFolder = join(root, 'reports/runs/multicast-proof');
const reportFile = join(root, 'reports/proof/multicast.md');

const { values: flags } = parseArgs({
  options: { seeds: { type: 'string' }, for: { type: 'string' } },
});
const seeds = Number(flags.seeds ?? 1_000);
const endMs = performance.now() + 1_000 * Number(flags.for ?? Number.POSITIVE_INFINITY);

interface Seen {
  readonly seed: number;
  readonly seconds: number;
  /** Memberships that stood in the end. */
  readonly members: number;
  /** What was wrong first; left out: nothing. */
  readonly wrong?: string;
}

function prove(seed: number): Seen {
  const beganMs = performance.now();
  const secondsGone = () => Math.round(performance.now() - beganMs) / 1_000;
  try {
    const { members } = proveTown(seed, bigTown);
    return { seed, seconds: secondsGone(), members };
  } catch (error) {
    return { seed, seconds: secondsGone(), members: 0, wrong: String(error) };
  }
}

function reportOf(seen: readonly Seen[], tree: string): string {
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Linux ${release()}, Node ${process.version}`;
  const wrong = seen.filter((one) => one.wrong !== undefined);
  const members = seen.reduce((sum, one) => sum + one.members, 0);
  const { subscribers, groups, steps } = bigTown;
  return [
    '# What `make prove` saw of groups by account',
    '',
    `Written by \`node testbed/cli/prove-multicast.ts\`. Sources of tree ${tree}, ${new Date().toISOString().slice(0, 10)}, ${machine}.`,
    '',
    `${subscribers} subscribers, ${groups} groups, ${steps} steps a seed: joins, leaves, moves, log-ons as oneself and as`,
    'another, log-offs, and a server that falls silent and comes back. After each step whatever it may have changed is',
    'looked at: a host has a group exactly where it wants it, its account may have it, and the last question was answered yes.',
    '',
    `${seen.length} of ${seeds} seeds were run, ${seen.length * steps} steps; ${seen.length - wrong.length} hold, ${wrong.length} do not. ${members} memberships stood in the end.`,
    '',
    ...wrong.map(({ seed, wrong: what }) => `- seed ${seed}: ${what}`),
  ].join('\n');
}

/** What was seen stays true while what it was seen of is the same. */
const { stdout } = await execa('git', ['rev-parse', 'HEAD:src/multicast'], { cwd: root });
const tree = stdout.slice(0, 10);
const kept = join(workFolder, `${tree}.ndjson`);
mkdirSync(workFolder, { recursive: true });
const lines = existsSync(kept) ? readFileSync(kept, 'utf8').trim().split('\n') : [];
const known = new Map(lines.map((line) => JSON.parse(line) as Seen).map((one) => [one.seed, one]));
for (let seed = 1; seed <= seeds && performance.now() < endMs; seed++) {
  if (known.has(seed)) continue;
  const seen = prove(seed);
  known.set(seed, seen);
  appendFileSync(kept, `${JSON.stringify(seen)}\n`);
}
const done = [...known.values()].filter(({ seed }) => seed <= seeds);
writeFileSync(reportFile, `${reportOf(done, tree).trimEnd()}\n`);
process.exitCode = done.some(({ wrong }) => wrong !== undefined) ? 1 : 0;
