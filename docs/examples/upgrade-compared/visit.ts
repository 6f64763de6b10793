/**
 * Two hundred visitors that stay and fifty new ones a second, and what they met with:
 *   node visit.ts HOST SECONDS [STANDING [NEW-A-SECOND [BREATH-MS]]]
 * Who stays takes a breath between an answer and the next visit.
 */
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { Visitor } from './visitor.ts';

const [
  host = '127.0.0.1',
  seconds = '8',
  standing = '200',
  newcomersASecond = '50',
  breathMs = '200',
] = process.argv.slice(2);
const untilMs = performance.now() + Number(seconds) * 1_000;
const visitors: Visitor[] = [];

function meet(): Visitor {
  const visitor = new Visitor(host, 8080);
  visitors.push(visitor);
  return visitor;
}

async function stay(visitor: Visitor): Promise<void> {
  while (performance.now() < untilMs) {
    await visitor.visit();
    await pause(Number(breathMs));
  }
}

async function comeAndGo(): Promise<void> {
  const under: Promise<void>[] = [];
  while (performance.now() < untilMs) {
    const visitor = meet();
    under.push(visitor.visit().then(() => visitor.leave()));
    await pause(1_000 / Number(newcomersASecond));
  }
  await Promise.all(under);
}

function percentile(values: readonly number[], ratio: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.ceil(sorted.length * ratio) - 1] ?? 0).toFixed(1);
}

const stayers = Array.from({ length: Number(standing) }, meet);
await Promise.all([...stayers.map(stay), comeAndGo()]);
for (const stayer of stayers) stayer.leave();

const faults = (kind: keyof Visitor['faults']) =>
  visitors.reduce((sum, visitor) => sum + visitor.faults[kind], 0);
const pausesMs = stayers.flatMap(({ waited }) =>
  waited.filter(({ isFirstOfVersion }) => isFirstOfVersion).map(({ ms }) => ms),
);
const versions = stayers.map(({ version }) => Number(version));
const figures: Readonly<Record<string, string | number>> = {
  answers: visitors.reduce((sum, { answers }) => sum + answers, 0),
  refused: faults('refused'),
  reset: faults('reset'),
  lost: faults('lost'),
  disordered: faults('disordered'),
  forgotten: faults('forgotten'),
  // Beyond the one that each of them needs.
  reopened: stayers.reduce((sum, { connections }) => sum + connections - 1, 0),
  version: Math.min(...versions),
  'pause-median-ms': percentile(pausesMs, 0.5),
  'pause-p99-ms': percentile(pausesMs, 0.99),
};
for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name} ${value}\n`);
