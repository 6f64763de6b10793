/** Writes what is made from the schemas: run it after a field has changed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderFieldReference } from './field-reference.ts';
import { printJsonSchema, scenarioJsonSchema, topologyJsonSchema } from './json-schema.ts';

/** By path from the root of the repository. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    'testbed/schema/topology.schema.json': printJsonSchema(topologyJsonSchema()),
    'testbed/schema/scenario.schema.json': printJsonSchema(scenarioJsonSchema()),
    'docs/fields.md': renderFieldReference(),
  };
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..');
  for (const [path, text] of Object.entries(generatedFiles()))
    writeFileSync(join(root, path), text);
}
