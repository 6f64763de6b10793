/** The matrix of `scenarios/punch-grid.yaml` as `docs/punching.md` shows it, from the committed references. */
import { natPresets } from '../testbed/schema/nat-presets.ts';

interface Reference {
  readonly case: string;
  readonly metrics: Readonly<Record<string, { readonly values: readonly number[] }>>;
}

const names = Object.keys(natPresets);

export function drawMatrix(baseline: { readonly references: readonly Reference[] }): string {
  const cells = new Map(baseline.references.map((one) => [pairOf(one.case), textOf(one)]));
  const rows = names.map((left) => [
    left,
    ...names.map((right) => cells.get(`${left} ${right}`) ?? ''),
  ]);
  const table = [['behind', ...names], names.concat('').map(() => '---'), ...rows];
  return table.map((row) => `| ${row.join(' | ')} |`).join('\n');
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
