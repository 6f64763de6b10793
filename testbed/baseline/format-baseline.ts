/** A baseline as text, in one order, a line for each metric: a figure that moved is a line that changed. */
import { type Baseline, type CaseReference, compareReferences } from './baseline.ts';

export function formatBaseline(baseline: Baseline): string {
  const { version, scenario, file, machines, references } = baseline;
  const sorted = references.toSorted(compareReferences).map(formatReference);
  return [
    '{',
    `  "version": ${version},`,
    `  "scenario": ${JSON.stringify(scenario)},`,
    `  "file": ${JSON.stringify(file)},`,
    `  "machines": ${formatMap(machines, '  ')},`,
    sorted.length === 0 ? '  "references": []' : `  "references": [\n${sorted.join(',\n')}\n  ]`,
    '}\n',
  ].join('\n');
}

function formatReference(reference: CaseReference): string {
  const { metrics, ...facts } = reference;
  const keys = ['case', 'variant', 'lab', 'machine', 'hash', 'seed', 'samples', 'version', 'date'];
  const lines = keys.map(
    (key) => `      "${key}": ${JSON.stringify(facts[key as keyof typeof facts])},`,
  );
  const figures = Object.entries(metrics).map(([name, { dimension, missing, values }]) => [
    name,
    { dimension, missing, values },
  ]);
  const body = formatMap(Object.fromEntries(figures), '      ');
  return ['    {', ...lines, `      "metrics": ${body}`, '    }'].join('\n');
}

function formatMap(map: Readonly<Record<string, unknown>>, indent: string): string {
  const names = Object.keys(map).toSorted();
  if (names.length === 0) return '{}';
  const lines = names.map(
    (name) => `${indent}  ${JSON.stringify(name)}: ${JSON.stringify(map[name])}`,
  );
  return `{\n${lines.join(',\n')}\n${indent}}`;
}
