/**
 * The result of `pairs.yaml` as Markdown: for each pair of boxes and each contender the median of its runs, the
 * least and the most, and in how many it found a direct path. `node pairs-table.ts FOLDER/result.json`
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { nsPerMs } from '../../../src/base/time.ts';
import type { Result, SampleResult } from '../../../testbed/schema/result.ts';
import { medianOfSorted } from '../../../testbed/statistics/hodges-lehmann.ts';

/** Ours runs beside the others as well; its own runs are those that have the machine for themselves. */
const contenders = [
  ['ours', 'ours', 'direct'],
  ['ICE', 'ice', 'theirs'],
  ['DCUtR', 'dcutr', 'theirs'],
] as const;

export function pairsTable(samples: Result['samples']): string {
  const heads = ['left, right', 'runs', ...contenders.map(([name]) => name)];
  const pairs = Map.groupBy(samples, (sample) => sample.case);
  const lines = [...pairs].map(([id, own]) => lineOf(id, own));
  return [heads, heads.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function lineOf(id: string, samples: readonly SampleResult[]): string[] {
  const cells = contenders.map(([, variant, measure]) => {
    const own = samples.filter((sample) => sample.variant === variant);
    const sound = own.filter(({ outcome }) => outcome.kind === 'finished');
    return textOf(sound, measure) + leftOutText(own.length - sound.length);
  });
  const counts = contenders.map(
    ([, variant]) => samples.filter((sample) => sample.variant === variant).length,
  );
  return [nameOf(id), String(Math.min(...counts)), ...cells];
}

function textOf(samples: readonly SampleResult[], measure: string): string {
  const found = samples
    .flatMap(({ metrics }) => {
      const metric = metrics[measure];
      return metric?.kind === 'value' ? [metric.value / nsPerMs] : [];
    })
    .toSorted((one, other) => one - other);
  if (samples.length === 0) return 'no run';
  if (found.length === 0) return 'none';
  const [middle, least, most] = [medianOfSorted(found), found[0]!, found.at(-1)!].map((ms) =>
    ms.toFixed(0),
  );
  const times = `${middle} (${least} to ${most})`;
  return found.length === samples.length
    ? times
    : `${times}, in ${found.length} of ${samples.length}`;
}

/** Runs in which the lab was too late to judge. */
function leftOutText(count: number): string {
  return count === 0 ? '' : `; ${count} invalid`;
}

/** `nodes.left.nat=full-cone,nodes.right.nat=home-router` is `full-cone, home-router`. */
function nameOf(id: string): string {
  return id
    .split(',')
    .map((part) => part.slice(part.indexOf('=') + 1))
    .join(', ')
    .replaceAll('-in-the-way', ' in the way');
}

if (import.meta.main) {
  const result = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Result;
  process.stdout.write(`${pairsTable(result.samples)}\n`);
}
