/** JSON Schemas of the two kinds of file, for editors: what can be written, made from what is read. */
import { z } from 'zod';
import { scenarioSchema } from './scenario.ts';
import { topologySchema } from './topology.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

export function topologyJsonSchema(): JsonSchema {
  return z.toJSONSchema(topologySchema, options) as JsonSchema;
}

export function scenarioJsonSchema(): JsonSchema {
  return z.toJSONSchema(scenarioSchema, options) as JsonSchema;
}

/** Draft 7 is what editors' YAML servers know. */
const options = {
  target: 'draft-7',
  io: 'input',
  override: ({ jsonSchema }) => {
    // For the field reference only.
    delete jsonSchema['shown'];
  },
} as const satisfies z.core.ToJSONSchemaParams;

/** As it is committed. */
export function printJsonSchema(schema: JsonSchema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
