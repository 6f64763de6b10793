/** Commands of somebody else's from the file to the verdict: what every lab of real time does with them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';
import { isUnreadable, parseRecord } from '../../src/trace/ndjson.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import type { Metric, Result } from '../schema/result.ts';
import type { LabName } from './lab.ts';
import { runUntilJudged } from './testing-tries.ts';

const ropewalk = join(import.meta.dirname, '../cli/ropewalk.js');

const cable = `
nodes: { phone: { kind: terminal }, server: { kind: host } }
links: { wifi: { between: [phone, server], rate: 10 Mbit/s, delay: 5 ms } }
`;

export type RunText = (t: ExecutionContext, text: string) => ReturnType<typeof runText>;

export async function runText(lab: LabName, t: ExecutionContext, text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk foreign '));
  t.teardown(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'scenarios'));
  writeFileSync(join(folder, 'scenarios/it.yaml'), `scenario: it\nrepeat: 1\n${text}`);
  writeFileSync(join(folder, 'beside.txt'), 'found 7\n');
  const words = [ropewalk, 'run', 'scenarios/it.yaml', '--lab', lab, '--out', folder];
  const options = { cwd: folder, reject: false, all: true } as const;
  const { exitCode, all } = await execa(process.execPath, words, options);
  const read = (name: string) => readFileSync(join(folder, 'it', name), 'utf8');
  const result = JSON.parse(read('result.json')) as Result;
  const [sample] = result.samples;
  const records = read(sample!.records)
    .split('\n')
    .filter((line) => line !== '')
    .map(parseRecord)
    .filter((record): record is TraceRecord => !isUnreadable(record));
  return { exitCode, all, result, records, metrics: sample!.metrics };
}

/** On a machine that is busy elsewhere samples may be invalid, again and again: that is no finding; a failure is. */
export function isStarved(t: ExecutionContext, { samples }: Result): boolean {
  const bad = samples.find(({ outcome }) => outcome.kind === 'invalid')?.outcome;
  if (bad === undefined || !('reason' in bad)) return false;
  t.log(bad.reason);
  t.deepEqual(
    samples.filter(({ outcome }) => outcome.kind === 'failed'),
    [],
  );
  return true;
}

/** Undefined: the machine was starved each time. */
function judged(t: ExecutionContext, run: RunText, text: string) {
  return runUntilJudged(t, {
    run: () => run(t, text),
    isStarved: ({ result }) => isStarved(t, result),
  });
}

type Case = (t: ExecutionContext, run: RunText) => Promise<void>;

const unsupported: Case = async (t, run) => {
  const ran = await judged(
    t,
    run,
    `${cable}
programs: { ask: { on: phone, run: [ping, -c, '1', server], awaited: true } }
variants:
  kernel: {}
  ours: { programs.ask.run: [sh, -c, echo no such option >&2; exit 127] }
measure: { done: { what: success, of: ask } }
expect: { answered: { that: done == 1 } }
`,
  );
  if (ran === undefined) return;
  const { exitCode, result, all } = ran;
  const rows = result.rows.map(({ variant, verdict }) => [variant, verdict]);
  t.deepEqual(rows, [
    ['kernel', 'pass'],
    ['ours', 'unsupported'],
  ]);
  t.regex(result.rows[1]!.why, /^ask on phone cannot be run: exited with code 127/);
  t.is(exitCode, 0, all);
};

const failing: Case = async (t, run) => {
  const ran = await judged(
    t,
    run,
    `${cable}
programs: { ask: { on: phone, run: [sh, -c, seq 30; exit 7], awaited: true } }
measure: { done: { what: success, of: ask } }
expect: { answered: { that: done == 1 } }
`,
  );
  if (ran === undefined) return;
  const { exitCode, all } = ran;
  t.is(exitCode, 1, all);
  t.regex(all!, /exited with code 7/);
};

const reporting: Case = async (t, run) => {
  const { metrics, all } = await run(
    t,
    `${cable}
programs:
  tell:
    on: phone
    run: [sh, -c, 'echo "$ROPEWALK_PEERS" | tr -d "[:space:]" | wc -c; ping -c 3 -i 0.2 server']
    awaited: true
    reads: { regex: 'time=(?<time>[\\d.]+) ms' }
measure: { trip: { what: reported, of: tell, field: time, unit: ms, pick: min } }
`,
  );
  const trip = metrics['trip'] as Extract<Metric, { kind: 'value' }>;
  t.is(trip.kind, 'value', all);
  t.true(trip.value >= 10_000_000, 'two delays');
};

/** The file is named by a path that is none from the root, and `cwd` leads out of its folder. */
const elsewhere: Case = async (t, run) => {
  const { metrics, all } = await run(
    t,
    `${cable}
programs:
  look: { on: phone, cwd: .., run: [cat, beside.txt], awaited: true, reads: { regex: 'found (?<found>\\d+)' } }
measure: { found: { what: reported, of: look, field: found } }
`,
  );
  const found = metrics['found'] as Extract<Metric, { kind: 'value' }>;
  t.is(found.kind, 'value', all);
  t.is(found.value, 7);
};

/** Of a record each packet that it has in its columns, or itself. */
function unfold({ n, bytes }: TraceRecord) {
  if (!Array.isArray(n)) return [{ n: Number(n), bytes: Number(bytes) }];
  const sizes = bytes as readonly number[];
  return n.map((number, at) => ({ n: Number(number), bytes: sizes[at]! }));
}

const watched: Case = async (t, run) => {
  const { records, metrics, all } = await run(
    t,
    `nodes: { phone: { kind: terminal }, home: { kind: nat, inside: [lan] }, server: { kind: host } }
links:
  lan: { between: [phone, home], rate: 10 Mbit/s, delay: 5 ms }
  wan:
    between: [home, server]
    rate: 10 Mbit/s
    delay: 5 ms
    loss: 5 %
    duplicate: 3 %
    reorder: { ratio: 5 %, hold: 20 ms }
traffic:
  download:
    run: stream
    from: server
    to: phone
    opened-by: phone
    rate: 2 Mbit/s
    count: 300
    payload: 1000 B
watch: { seen: { from: server, to: phone, protocol: udp } }
`,
  );
  const numbersOf = (kind: string) => {
    const its = records.filter((record) => record.kind === kind).flatMap(unfold);
    const numbers = its.filter(({ bytes }) => bytes === 1_000).map(({ n }) => n);
    const order = [...new Set(numbers)].toSorted((a, b) => a - b);
    return numbers.map((n) => order.indexOf(n));
  };
  t.true(numbersOf('datagram.received').length > 200, all);
  t.deepEqual(numbersOf('packets.received'), numbersOf('datagram.received'));
  const figure = (name: string) => (metrics[name] as Extract<Metric, { kind: 'value' }>).value;
  t.is(figure('seen.doubled') >= figure('download.doubled'), true);
  t.true(figure('download.lost') > 0 && figure('download.reordered') > 0);
};

const cases: Readonly<Record<string, Case>> = {
  'a variant whose command exits with 127 is unsupported, and the other one is judged': unsupported,
  'a command that fails shows its last lines, and the run is red': failing,
  'a command is told of its peers, reads figures of another, and resolves names': reporting,
  'a command is started where it asks to be, also beside the folder of its scenario': elsewhere,
  'what is watched of a flow is what its own records say': watched,
};

type DeclareTest = (title: string, check: (t: ExecutionContext) => Promise<void>) => void;

export function foreignConformance(lab: LabName, declare: DeclareTest): void {
  const run: RunText = (t, text) => runText(lab, t, text);
  for (const [title, check] of Object.entries(cases)) {
    declare(`${lab}: ${title}`, (t) => check(t, run));
  }
}
