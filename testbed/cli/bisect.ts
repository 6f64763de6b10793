import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { InputError } from '../../src/base/errors.ts';
import { bisectCommits, type CommitState } from '../ab/bisect-commits.ts';
import { runSide, type Side } from '../ab/side.ts';
import { Trees } from '../ab/trees.ts';
import type { Result } from '../schema/result.ts';
import { compareSides, splitRange } from './ab.ts';
import { ownBin } from './own-bin.ts';
import type { Session } from './session.ts';
import { untilInterrupted } from './until-interrupted.ts';

interface BisectFlags {
  readonly repo?: string;
  readonly build?: string;
  readonly lab: string;
  readonly expect?: string;
  readonly worse?: string;
  readonly margin: string;
}

const examples = `
Examples:
  ropewalk bisect v1.2..HEAD scenarios/two-links.yaml                     the commit that broke an expectation
  ropewalk bisect v1.2..HEAD scenarios/two-links.yaml --expect wifi-paused
  ropewalk bisect v1.2..HEAD scenarios/two-links.yaml --worse lte         the commit that made a measure worse`;

export function addBisect(program: Command, session: Session): void {
  program
    .command('bisect')
    .description('find the commit that broke an expectation, or made a measure worse')
    .argument('<range>', 'GOOD..BAD')
    .argument('<file>', 'a scenario file')
    .option('--repo <folder>', 'the repository of the revisions, if not the one we are in')
    .option('--build <command>', 'what makes a tree of it ready to run')
    .option('--lab <name>', 'where it runs', 'sim')
    .option('--expect <name>', 'this expectation; any that fails if not given')
    .option('--worse <measure>', 'hold this measure against that of GOOD, by turns')
    .option('--margin <ratio>', 'with --worse: what may differ and count as the same', '0.05')
    .addHelpText('after', examples)
    .action((range: string, file: string, flags: BisectFlags) =>
      untilInterrupted(session, () => bisect(range, file, flags, session)),
    );
}

async function bisect(
  range: string,
  file: string,
  flags: BisectFlags,
  session: Session,
): Promise<void> {
  const { terminal } = session;
  using trees = new Trees(flags.repo ?? '.', flags.build);
  const [good, bad] = splitRange(range).map((one) => trees.resolve(one)) as [string, string];
  const out = mkdtempSync(join(tmpdir(), 'ropewalk-bisect-'));
  const ask = async (commit: string): Promise<CommitState> => {
    const state = await stateOf(commit, { good, file, out, trees, flags, session });
    terminal.say(`${state}  ${trees.subject(commit)}\n`);
    return state;
  };
  try {
    await checkEnds(ask, good, bad);
    const { firstBad, suspects } = await bisectCommits(trees.between(good, bad), ask);
    terminal.print(`first bad: ${trees.subject(firstBad)}\n${firstBad}\n`);
    for (const one of suspects) terminal.print(`could not tell: ${trees.subject(one)}\n`);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function checkEnds(
  ask: (commit: string) => Promise<CommitState>,
  good: string,
  bad: string,
): Promise<void> {
  for (const [commit, wanted] of [
    [good, 'good'],
    [bad, 'bad'],
  ] as const) {
    const state = await ask(commit);
    if (state === wanted) continue;
    throw new InputError({
      code: 'not-bisectable',
      message: `${commit.slice(0, 12)} is ${state === 'skip' ? 'neither good nor bad' : state}, not ${wanted}`,
      hint: 'write GOOD..BAD, and name what broke: --expect or --worse',
    });
  }
}

interface Asking {
  readonly good: string;
  readonly file: string;
  readonly out: string;
  readonly trees: Trees;
  readonly flags: BisectFlags;
  readonly session: Session;
}

async function stateOf(
  commit: string,
  { good, file, out, trees, flags, session }: Asking,
): Promise<CommitState> {
  const sideOf = (name: string, of: string): Side => ({
    name,
    label: of.slice(0, 12),
    tree: trees.open(of, name),
  });
  if (flags.worse !== undefined) {
    if (commit === good) return 'good';
    const compared = await compareSides(
      [sideOf('a', good), sideOf('b', commit)],
      [file],
      flags,
      session,
    );
    const own = compared.filter(({ metric }) => metric === flags.worse);
    if (own.some(({ decision }) => decision === 'worse')) return 'bad';
    return own.some(({ decision }) => decision === 'same' || decision === 'better')
      ? 'good'
      : 'skip';
  }
  const { lab } = flags;
  const order = { file, lab, out, words: [], ownBin, signal: session.terminal.signal };
  try {
    return stateIn(await runSide(sideOf('b', commit), order), flags.expect);
  } catch (error) {
    if (error instanceof InputError) return 'skip';
    throw error;
  }
}

function stateIn({ rows, verdict }: Result, expectation: string | undefined): CommitState {
  const verdicts =
    expectation === undefined
      ? [verdict]
      : rows.filter((row) => row.expectation === expectation).map((row) => row.verdict);
  if (verdicts.includes('fail')) return 'bad';
  return verdicts.length > 0 && verdicts.every((one) => one === 'pass') ? 'good' : 'skip';
}
