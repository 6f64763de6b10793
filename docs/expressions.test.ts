import { readFileSync } from 'node:fs';
import test from 'ava';
import { prepareCase, prepareScenario } from '../testbed/campaign/prepare.ts';
import { starterScenario, starterTopology } from '../testbed/cli/starter.ts';
import { evaluateQuantity } from '../testbed/judge/evaluate.ts';
import { functionSignatures } from '../testbed/judge/functions.ts';
import { progressNames } from '../testbed/measure/progress.ts';
import { type FactSignature, factNames } from '../testbed/plan/fact-table.ts';
import { evaluateFact } from '../testbed/plan/facts.ts';
import { parseExpression } from '../testbed/schema/parse-expression.ts';

const page = readFileSync('docs/expressions.md', 'utf8');

function rowsOf(head: string): string[][] {
  const [, ...lines] = page.slice(page.indexOf(`| ${head} `)).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  const cells = (line: string) => line.split('|').slice(1, -1);
  return lines.slice(1, end).map((line) => cells(line).map((cell) => cell.trim()));
}

const inCode = (text: string) => text.replaceAll(/[^`]*`([^`]+)`[^`]*/g, '$1');

test('each function has its row, and no row is of something else', (t) => {
  const rows = rowsOf('function').map(([name]) => inCode(name!));
  t.deepEqual(rows, Object.values(functionSignatures));
});

test('each fact has its row with its arguments and its dimension, and no row is of something else', (t) => {
  const told = (signature: string) => signature.split(' or ').map((one) => `\`${one}\``);
  const facts: readonly FactSignature[] = Object.values(factNames);
  t.deepEqual(
    rowsOf('fact').map(([fact, dimension]) => [fact!, dimension!]),
    facts.map(({ signature, dimension }) => [told(signature).join(' or '), dimension]),
  );
});

const texts = new Map([
  ['lab/topologies/home.yaml', starterTopology],
  ['lab/scenarios/hello.yaml', starterScenario],
]);
const loaded = prepareScenario('lab/scenarios/hello.yaml', (path) => texts.get(path)!);
const choice = { caseId: loaded.cases[0]!.id, variant: loaded.variants[0]! };
const { plan } = prepareCase(loaded, choice, loaded.seed);

function evaluate(text: string) {
  const reading = parseExpression(text);
  if (reading.kind === 'problem') throw new Error(`${text}: ${reading.problem.message}`);
  return evaluateQuantity(reading.expression, {
    variants: [],
    metricOf: () => undefined,
    factOf: (call) => evaluateFact(plan, call),
  });
}

test('each fact has an example, and comes to what the page says of it', (t) => {
  const shown = new Set<string>();
  for (const [fact, figure] of rowsOf('example')) {
    const [found, told] = [evaluate(inCode(fact!)), evaluate(inCode(figure!))];
    if (found.kind === 'missing' || told.kind === 'missing') return t.fail(fact);
    t.is(found.dimension, told.dimension, fact);
    t.true(Math.abs(found.value / told.value - 1) < 1e-6, `${fact} is ${found.value}`);
    shown.add(inCode(fact!).split('(')[0]!);
  }
  t.deepEqual([...shown], Object.keys(factNames));
});

test('what a condition may name is told', (t) => {
  const section = page.slice(page.indexOf('## In `after:`'));
  for (const name of progressNames) t.true(section.includes(`\`${name}\``), name);
});
