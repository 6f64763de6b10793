import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { z } from 'zod';
import { generatedFiles } from './generate.ts';
import { scenarioJsonSchema, topologyJsonSchema } from './json-schema.ts';

const root = join(import.meta.dirname, '../..');

for (const [path, text] of Object.entries(generatedFiles())) {
  test(`${path} is current: else run node testbed/schema/generate.ts`, (t) => {
    t.is(readFileSync(join(root, path), 'utf8'), text);
  });
}

const topology = `
nodes: { phone: { kind: terminal }, server: { kind: host } }
links:
  lte: { between: [phone, server], delay: 30 ms, loss: { model: independent, ratio: 1 % } }
`;

const editor = (schema: unknown) =>
  z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
const accepts = (text: string) => editor(topologyJsonSchema()).safeParse(parse(text)).success;

test('an editor accepts a good topology and marks a bad one', (t) => {
  t.true(accepts(topology));
  t.false(accepts(topology.replace('delay', 'dealy')));
  t.false(accepts(topology.replace('30 ms', '30')));
  t.false(accepts(topology.replace('terminal', 'terminl')));
  t.false(accepts(topology.replace('independent', 'gilbert')));
});

test('an editor accepts a scenario with a matrix', (t) => {
  const scenario = `
scenario: x
topology: t.yaml
matrix: { links.lte.delay: [10 ms, 20 ms], exclude: [{ links.lte.delay: 10 ms }] }
variants: { ours: {}, theirs: { nodes.phone.stack: kernel } }
expect: { short: { that: gap <= 1 s } }
`;
  t.true(editor(scenarioJsonSchema()).safeParse(parse(scenario)).success);
});

test('every field says what it is', (t) => {
  const silent: string[] = [];
  const walk = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [key, value] of Object.entries(schema)) walk(value, `${path}/${key}`);
    const { properties } = schema as { properties?: Record<string, { description?: string }> };
    for (const [name, field] of Object.entries(properties ?? {})) {
      if (typeof field === 'object' && field.description === undefined)
        silent.push(`${path}/${name}`);
    }
  };
  walk(topologyJsonSchema(), '');
  walk(scenarioJsonSchema(), '');
  t.deepEqual(silent, []);
});
