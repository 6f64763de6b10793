/** docs/fields.md: every field of both files, from the descriptions that the schemas carry. */
import { z } from 'zod';
import type { JsonSchema } from './json-schema.ts';
import { scenarioSchema } from './scenario.ts';
import { topologySchema } from './topology.ts';

const head = `# Fields

Every key of a topology and of a scenario. This page is made from the schemas by
\`node testbed/schema/generate.ts\`; edit the descriptions there.

Quantities carry their unit: times \`ns us ms s min h\`, rates \`bit/s kbit/s Mbit/s Gbit/s\` (or
\`Mbps\`), sizes \`B kB MB GB KiB MiB GiB\`, ratios \`%\`, \`ppm\` or a part of one.
`;

export function renderFieldReference(): string {
  const read = (schema: z.ZodType) =>
    z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) as JsonSchema;
  const scenario = read(scenarioSchema);
  const { defaults, nodes, links, topology, ...rest } = scenario.properties as Properties;
  const beside = {
    ...scenario,
    properties: { ...rest, topology: { ...topology, anyOf: [{ type: 'string' }] } },
  };
  const seen: Seen = new Map();
  const sections = [
    ...sectionsOf('Topology', '', read(topologySchema), seen),
    ...sectionsOf('Scenario', '', beside as JsonSchema, seen),
  ];
  return `${[head, ...sections].join('\n').trimEnd()}\n`;
}

/** What was shown already, by its content: where. */
type Seen = Map<string, string>;

type Properties = Readonly<Record<string, JsonSchema>>;

/** A table of an object's fields, then the same for each field that has fields of its own. */
function sectionsOf(title: string, path: string, schema: JsonSchema, seen: Seen): string[] {
  const properties = Object.entries((schema.properties ?? {}) as Properties);
  const required = new Set(schema.required ?? []);
  const rows: string[] = [];
  const inner: string[] = [];
  for (const [name, field] of properties) {
    const parts = innerSections(path === '' ? name : `${path}.${name}`, field, seen);
    inner.push(...parts.sections);
    const notes = [field.description, parts.as, required.has(name) ? '**needed**' : undefined];
    rows.push(`| \`${name}\` | ${typeOf(field)} | ${notes.filter(Boolean).join('; ')} |`);
  }
  const table = ['| key | value | meaning |', '|---|---|---|', ...rows, ''];
  return [`${path === '' ? '##' : '###'} ${title}`, '', ...table, ...inner];
}

interface InnerSections {
  readonly sections: readonly string[];
  /** Where the same fields stand already. */
  readonly as: string | undefined;
}

function innerSections(path: string, field: JsonSchema, seen: Seen): InnerSections {
  const values = namedValues(field);
  const at = values === undefined ? path : `${path}.<name>`;
  const branches = branchesOf(values ?? field).filter((branch) => branch.properties !== undefined);
  const sections: string[] = [];
  let as: string | undefined;
  for (const branch of branches) {
    const content = JSON.stringify(branch);
    const before = seen.get(content);
    if (before !== undefined) as = `as in \`${before}\``;
    else {
      seen.set(content, at);
      sections.push(...sectionsOf(`\`${at}\`${modelOf(branch)}`, at, branch, seen));
    }
  }
  return { sections, as };
}

/** Of a map whose keys the writer chooses: what each value is. */
function namedValues(field: JsonSchema): JsonSchema | undefined {
  const values = field.additionalProperties;
  return field.properties === undefined && typeof values === 'object' ? values : undefined;
}

/** The forms that a field may have, flattened. */
function branchesOf(field: JsonSchema): JsonSchema[] {
  const branches = (field.anyOf ?? field.oneOf) as JsonSchema[] | undefined;
  return branches === undefined ? [field] : branches.flatMap(branchesOf);
}

function modelOf(branch: JsonSchema): string {
  const model = (branch.properties as Properties)['model']?.const;
  return model === undefined ? '' : `, model ${model}`;
}

function typeOf(field: JsonSchema): string {
  return [...new Set(branchesOf(field).map(formOf))].join(' or ');
}

function formOf(field: JsonSchema): string {
  const shown = field['shown'];
  if (typeof shown === 'string') return shown;
  if (field.enum !== undefined) return field.enum.map((word) => `\`${word}\``).join(', ');
  if (field.const !== undefined) return `\`${field.const}\``;
  if (namedValues(field) !== undefined) return 'map by name';
  if (field.type === 'integer') return `whole number${rangeOf(field)}`;
  if (field.type === 'array') return listOf(field);
  return words[String(field.type)] ?? 'anything';
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'number',
  boolean: '`true`, `false`',
  object: 'map',
};

function rangeOf({ minimum, maximum }: JsonSchema): string {
  if (minimum === undefined) return '';
  return maximum === Number.MAX_SAFE_INTEGER
    ? `, ${minimum} or more`
    : `, ${minimum} to ${maximum}`;
}

function listOf(field: JsonSchema): string {
  const { items } = field;
  if (Array.isArray(items)) return `list of ${items.length}: ${typeOf(items[0] as JsonSchema)}`;
  return typeof items === 'object' ? `list: ${typeOf(items as JsonSchema)}` : 'list';
}
