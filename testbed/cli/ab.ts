import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { InputError } from '../../src/base/errors.ts';
import {
  type ComparedFigure,
  compareFigures,
  listFigures,
  type SampleOfSides,
} from '../ab/compare-sides.ts';
import { runSide, type Side } from '../ab/side.ts';
import { Trees } from '../ab/trees.ts';
import { formatJson } from '../report/json.ts';
import { formatMetric } from '../report/metric-text.ts';
import { type PairedLook, pairedLooks } from '../statistics/paired-comparison.ts';
import { parseCount } from './options.ts';
import { ownBin } from './own-bin.ts';
import { formatPlainTable } from './plain-table.ts';
import type { Session } from './session.ts';
import { untilInterrupted } from './until-interrupted.ts';

export interface AbFlags {
  readonly repo?: string;
  readonly build?: string;
  readonly a?: string;
  readonly b?: string;
  readonly lab: string;
  readonly margin: string;
  readonly pairs?: number;
  readonly json?: boolean;
}

const examples = `
Examples:
  ropewalk ab main..HEAD scenarios/two-links.yaml
  ropewalk ab v1.2..v1.3 mine.yaml --repo ../mystack --build 'make'    {tree} in mine.yaml is the checked-out tree
  ropewalk ab mine.yaml --a 'iperf3 -C reno' --b 'iperf3 -C bbr'       {command} in mine.yaml is either

A verdict for each measure: same, better, worse, or undecided. Exit code 1: something is worse; 3: something
is undecided.`;

export function addAb(program: Command, session: Session): void {
  program
    .command('ab')
    .description('run two revisions or two commands by turns, and say which figures differ')
    .argument('<words...>', 'A..B and scenario files; with --a and --b, scenario files alone')
    .option('--repo <folder>', 'the repository of the revisions, if not the one we are in')
    .option('--build <command>', 'what makes a tree of it ready to run')
    .option('--a <command>', 'what {command} in the scenario is on side a')
    .option('--b <command>', 'what it is on side b')
    .option('--lab <name>', 'where it runs', 'sim')
    .option('--margin <ratio>', 'what may differ and count as the same', '0.05')
    .option(
      '--pairs <number>',
      'so many pairs and one look; 10 and, if need be, 20 if not given',
      parseCount,
    )
    .option('--json', 'print the comparison as JSON and nothing else')
    .addHelpText('after', examples)
    .action((words: string[], flags: AbFlags) =>
      untilInterrupted(session, () => compareWords(words, flags, session)),
    );
}

async function compareWords(
  words: readonly string[],
  flags: AbFlags,
  session: Session,
): Promise<void> {
  const { terminal } = session;
  using trees = flags.a === undefined ? new Trees(flags.repo ?? '.', flags.build) : undefined;
  const { sides, files } =
    trees === undefined ? sidesOfCommands(words, flags) : sidesOfTrees(words, trees);
  const compared = await compareSides(sides, files, flags, session);
  if (flags.json)
    terminal.print(formatJson({ sides: sides.map(({ label }) => label), figures: compared }));
  else terminal.print(formatCompared(sides, compared));
  session.exitWith(session.interrupted() ?? exitOf(compared));
}

type Sides = readonly [Side, Side];

function sidesOfCommands(
  files: readonly string[],
  { a, b }: AbFlags,
): { sides: Sides; files: readonly string[] } {
  if (a === undefined || b === undefined) throw wrongWords('--a and --b go together');
  return {
    sides: [
      { name: 'a', label: a, command: a },
      { name: 'b', label: b, command: b },
    ],
    files,
  };
}

function sidesOfTrees(
  [range, ...files]: readonly string[],
  trees: Trees,
): { sides: Sides; files: readonly string[] } {
  const [from, to] = splitRange(range ?? '');
  if (files.length === 0) throw wrongWords('no scenario is named');
  const sideOf = (name: string, revision: string): Side => {
    const commit = trees.resolve(revision);
    return { name, label: `${revision} (${commit.slice(0, 12)})`, tree: trees.open(commit, name) };
  };
  return { sides: [sideOf('a', from), sideOf('b', to)], files };
}

export function splitRange(range: string): readonly [string, string] {
  const [, from, to] = /^(.+?)\.\.(.+)$/.exec(range) ?? [];
  if (from !== undefined && to !== undefined) return [from, to];
  throw wrongWords(`${JSON.stringify(range)} is no range of revisions`);
}

function wrongWords(message: string): InputError {
  return new InputError({
    code: 'command-line',
    message,
    hint: 'write A..B and then scenario files: main..HEAD mine.yaml',
  });
}

/** After the first look only what is undecided asks for more pairs; then all are run on. */
export async function compareSides(
  sides: Sides,
  files: readonly string[],
  flags: Pick<AbFlags, 'lab' | 'margin' | 'pairs'>,
  { terminal }: Pick<Session, 'terminal'>,
): Promise<ComparedFigure[]> {
  const out = mkdtempSync(join(tmpdir(), 'ropewalk-ab-'));
  const looks: readonly PairedLook[] =
    flags.pairs === undefined ? pairedLooks : [{ ...pairedLooks[1], pairs: flags.pairs }];
  let samples: SampleOfSides[] = [];
  let compared: ComparedFigure[] = [];
  try {
    for (const look of looks) {
      const order = { files, out, lab: flags.lab, terminal };
      if (flags.lab === 'sim') samples = await runAtOnce(sides, look, order);
      else samples.push(...(await runByTurns(sides, samples.length / files.length, look, order)));
      compared = compareFigures(listFigures(samples), { look, marginRatio: Number(flags.margin) });
      if (compared.every(({ decision }) => decision !== 'undecided')) break;
    }
    return compared;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

interface SidesOrder {
  readonly files: readonly string[];
  readonly out: string;
  readonly lab: string;
  readonly terminal: Session['terminal'];
}

/** In virtual time it makes no difference when a sample is run, or beside what. */
async function runAtOnce(
  [a, b]: Sides,
  look: PairedLook,
  { files, terminal, ...order }: SidesOrder,
): Promise<SampleOfSides[]> {
  const words = ['--repeat', String(look.pairs)];
  const samples: SampleOfSides[] = [];
  for (const file of files) {
    terminal.say(`${file}: ${look.pairs} pairs\n`);
    const run = (side: Side) =>
      runSide(side, { ...order, file, words, ownBin, signal: terminal.signal });
    const first = await run(a);
    samples.push({ a: first, b: await run(b) });
  }
  return samples;
}

async function runByTurns(
  sides: Sides,
  before: number,
  look: PairedLook,
  { files, terminal, ...order }: SidesOrder,
): Promise<SampleOfSides[]> {
  const samples: SampleOfSides[] = [];
  for (let sample = before + 1; sample <= look.pairs; sample++) {
    for (const file of files) {
      terminal.say(`${file}: pair ${sample} of ${look.pairs}\n`);
      const pair = { ...order, file, sample, signal: terminal.signal };
      samples.push(await runPair(sides, pair));
    }
  }
  return samples;
}

interface PairOrder {
  readonly file: string;
  readonly sample: number;
  readonly out: string;
  readonly lab: string;
  readonly signal: AbortSignal;
}

/** a b, b a, a b, … */
async function runPair([a, b]: Sides, { sample, ...order }: PairOrder): Promise<SampleOfSides> {
  const words = ['--sample', String(sample)];
  const run = (side: Side) => runSide(side, { ...order, words, ownBin });
  if (sample % 2 === 1) {
    const first = await run(a);
    return { a: first, b: await run(b) };
  }
  const first = await run(b);
  return { a: await run(a), b: first };
}

function exitOf(compared: readonly ComparedFigure[]): number {
  const decisions = compared.map(({ decision }) => decision);
  if (decisions.includes('worse')) return 1;
  return decisions.some((one) => ['undecided', 'incomparable', 'differs'].includes(one)) ||
    compared.length === 0
    ? 3
    : 0;
}

function formatCompared([a, b]: Sides, compared: readonly ComparedFigure[]): string {
  if (compared.length === 0) return 'there is no figure that both sides have\n';
  const rows = compared.map((one) => [
    one.decision,
    nameOf(one),
    ...[medianOf(one.pairs.map((pair) => pair.a)), medianOf(one.pairs.map((pair) => pair.b))].map(
      (value) => formatMetric({ value, dimension: one.dimension }),
    ),
    ratioText(one),
    String(one.pairs.length),
  ]);
  return `a: ${a.label}\nb: ${b.label}\n${formatPlainTable(['verdict', 'figure', 'a', 'b', 'b / a', 'pairs'], rows)}`;
}

function nameOf({ scenario, case: caseId, variant, metric }: ComparedFigure): string {
  return [scenario, ...[caseId, variant].filter((part) => part !== 'default'), metric].join(' ');
}

function ratioText({ ratio, lowerRatio, upperRatio }: ComparedFigure): string {
  if (ratio === undefined) return '–';
  const round = (value: number): string => String(Number(value.toPrecision(4)));
  if (lowerRatio === undefined || upperRatio === undefined) return round(ratio);
  return `${round(ratio)} [${round(lowerRatio)}, ${round(upperRatio)}]`;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  return (sorted[sorted.length >> 1]! + sorted[(sorted.length - 1) >> 1]!) / 2;
}
