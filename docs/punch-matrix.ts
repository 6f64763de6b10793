/** The matrix of `scenarios/punch-grid.yaml` as `docs/punching.md` shows it, from the committed references. */
import { natPresets } from '../testbed/schema/nat-presets.ts';

interface Reference {
  readonly case: string;
  readonly metrics: Readonly<Record<string, { readonly values: readonly number[] }>>;
}

const presetNames = Object.keys(natPresets);
const shortNames = ['ei', 'ad', 'apd'];
const behaviourNames = shortNames.flatMap((mapping) =>
  shortNames.map((filtering) => `${mapping}-${filtering}`),
);

export interface Baseline {
  readonly references: readonly Reference[];
}

/** Presets on both sides. */
export function drawMatrix(baseline: Baseline, names: readonly string[] = presetNames): string {
  return draw(names, new Map(baseline.references.map((one) => [pairOf(one.case), textOf(one)])));
}

/** Those that stand for the others on the first page. */
export const shownNames = ['home-router', 'full-cone', 'symmetric-sequential', 'symmetric'];

/** RFC 4787's mapping and filtering on both sides. */
export function drawBehaviours(baseline: Baseline): string {
  const cells = baseline.references.map(
    (one) => [one.case.replace('--', ' '), textOf(one)] as const,
  );
  return draw(behaviourNames, new Map(cells));
}

function draw(names: readonly string[], cells: ReadonlyMap<string, string>): string {
  const rows = names.map((left) => [
    left,
    ...names.map((right) => cells.get(`${left} ${right}`) ?? ''),
  ]);
  return tableOf([['behind', ...names], names.concat('').map(() => '---'), ...rows]);
}

/** What is no pair of two boxes in their own homes. */
export function drawPlaces(baseline: Baseline): string {
  const rows = baseline.references
    .filter((one) => !one.case.includes('=') && !one.case.includes('--'))
    .map((one) => [one.case.replaceAll('-', ' '), textOf(one)]);
  return tableOf([['place', 'direct after, ms'], ['---', '---'], ...rows]);
}

function tableOf(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function pairOf(id: string): string {
  const at = (side: string) => new RegExp(`nodes\\.${side}\\.nat=([a-z-]+)`).exec(id)?.[1];
  return `${at('left')} ${at('right')}`;
}

/** In milliseconds; a pair that found no direct path stays on the relay. */
function textOf({ metrics }: Reference): string {
  const ns = metrics['direct']?.values[0];
  return ns === undefined ? 'relay' : `${ns / 1_000_000}`;
}
