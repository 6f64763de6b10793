/** Options as commander hands them over: read once, then trusted. */
import { InvalidArgumentError, Option } from 'commander';
import { InputError } from '../../src/base/errors.ts';
import { nearestWord } from '../../src/base/nearest.ts';
import { nsPerMs } from '../../src/base/time.ts';
import { formatDuration, parseDuration } from '../../src/base/units.ts';
import type { Shard } from '../campaign/shard.ts';
import { type Lab, labNames } from '../labs/lab.ts';
import { gates } from '../report/gate.ts';
import { runEngines } from '../schema/model.ts';
import { type MininetFlags, mininetTarget } from './mininet-flags.ts';
import type { TimeBudget } from './run-flags.ts';

export function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 1_000_000) {
    throw new InvalidArgumentError('Write a whole number from 1 to 1000000.');
  }
  return value;
}

export function parseSeed(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('Write a whole number, 0 or more.');
  }
  return value;
}

export function parseShard(text: string): Shard {
  const [, index, of] = (/^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text) ?? []).map(Number);
  if (index === undefined || of === undefined || index > of) {
    throw new InvalidArgumentError('Write which of how many, from 1/n to n/n, such as 2/4.');
  }
  return { index, of };
}

export function parseBudget(text: string): TimeBudget {
  const ns = parseDuration(text);
  if (typeof ns !== 'number' || ns <= 0) {
    throw new InvalidArgumentError('Write a time above 0, such as 10min or 90s.');
  }
  return { totalMs: ns / nsPerMs, text: formatDuration(ns) };
}

/** Only what the lab needs is loaded: `sim` runs where the kernel's bindings can't be had. */
export async function chooseLab(name: string, mininet: MininetFlags = {}): Promise<Lab> {
  if (name === 'sim') {
    const { createSimLab } = await import('../labs/sim/sim-lab.ts');
    return createSimLab();
  }
  if (name === 'netns') {
    const { becomeRootless } = await import('../labs/rootless.ts');
    becomeRootless();
    const { createNetnsLab } = await import('../labs/netns/netns-lab.ts');
    const { builtInPrograms } = await import('../../src/programs/catalog.ts');
    return createNetnsLab(Object.keys(builtInPrograms));
  }
  if (name === 'docker') {
    const { createDockerLabHere } = await import('../labs/docker/docker-lab.ts');
    const { builtInPrograms } = await import('../../src/programs/catalog.ts');
    return createDockerLabHere(Object.keys(builtInPrograms));
  }
  if (name === 'mininet') {
    const { createMininetLab } = await import('../labs/mininet-driver/mininet-lab.ts');
    const { builtInPrograms } = await import('../../src/programs/catalog.ts');
    return createMininetLab(mininetTarget(mininet), Object.keys(builtInPrograms));
  }
  const near = nearestWord(name, labNames);
  throw new InputError({
    code: 'unknown-lab',
    message: `there is no lab called ${JSON.stringify(name)}`,
    hint: near === undefined ? `the labs are ${labNames.join(', ')}` : `did you mean ${near}?`,
  });
}

/** The same words for every verb that judges. */
export function gateOption(): Option {
  return new Option(
    '--gate <strictness>',
    'which verdicts redden: fail; nightly: and invalid; strict: all but pass',
  ).choices(gates);
}

/** Shards are merged by the file, which does not know of it. */
export function engineOption(): Option {
  return new Option('--engine <engine>', 'who carries all links that are not direct')
    .choices(runEngines)
    .conflicts('shard');
}
