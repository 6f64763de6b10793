/** What `run --dry-run` says instead of running. */

import { samplesOfEveryLook } from '../campaign/planned-slots.ts';
import { prepareCase } from '../campaign/prepare.ts';
import { type Slot, scheduleSamples } from '../campaign/schedule.ts';
import { sliceShard } from '../campaign/shard.ts';
import { containersText } from '../labs/docker/container-text.ts';
import { formatDryRun } from '../plan/dry-run.ts';
import type { Plan } from '../plan/plan.ts';
import { rigOf } from '../plan/rig.ts';
import { hostsText, rigScript } from '../plan/rig-text.ts';
import type { SampleChoice } from './run-flags.ts';

export function describeRuns(choices: readonly SampleChoice[], lab: string): string {
  return `${choices
    .map((choice) => describeRun(choice, lab))
    .join('\n')
    .trimEnd()}\n`;
}

function describeRun(choice: SampleChoice, lab: string): string {
  const { loaded, cases, variants, samples, seed } = choice;
  const first = { caseId: cases[0]!, variant: variants[0]! };
  const { plan } = prepareCase(loaded, first, seed);
  const text = formatDryRun(plan, { cases, variants, repeat: samples.length }).trimEnd();
  const looks = lookTexts(choice).map((line) => `  ${line}`);
  return [text, ...looks, ...rigText(plan, lab), ''].join('\n');
}

/** The run's id is drawn when it begins; the hub opens the TAP devices, and the rest goes over netlink. */
function rigText(plan: Plan, lab: string): string[] {
  if (lab !== 'netns' && lab !== 'docker') return [];
  const rig = rigOf(plan, 'RUN');
  const [who, containers] =
    lab === 'docker'
      ? (['engine and kernel are', containersText(plan, rig)] as const)
      : (['kernel is', undefined] as const);
  return [
    `\nwhat the ${who} told, as a script\n${rigScript(rig, containers)}\n\n${hostsText(rig)}`,
  ];
}

function lookTexts(whole: SampleChoice): string[] {
  const { looks, shard, ...choice } = whole;
  if (shard !== undefined) {
    const all = slotsOf({ ...whole, shard: { index: 1, of: 1 } }).length;
    const part = `${slotsOf(whole).length} of ${all}`;
    return [`shard ${shard.index} of ${shard.of} runs ${part}, those of a second look included`];
  }
  const { first, most } = looks.samples;
  if (first === most) return ['one look, after all of them'];
  const { pairs } = looks;
  const compared = `in real time variants are compared after ${pairs.first} pairs, then after ${pairs.most}`;
  return [
    `a first look after ${first} of each; where it decides nothing, a second after ${most}`,
    ...(choice.variants.length > 1 && pairs.first !== first ? [compared] : []),
  ];
}

/** A shard takes its part of every look that may come. */
function slotsOf({ samples, looks, shard, ...choice }: SampleChoice): readonly Slot[] {
  const numbers = shard === undefined ? samples : samplesOfEveryLook(samples, looks);
  return sliceShard(scheduleSamples({ ...choice, samples: numbers }), shard);
}

/** One document: for each file, its samples in their order. */
export function listRuns(choices: readonly SampleChoice[]): object[] {
  return choices.map((choice) => ({
    file: choice.loaded.file,
    scenario: choice.loaded.name,
    seed: choice.seed,
    looks: choice.looks.samples,
    shard: choice.shard,
    samples: slotsOf(choice).map(({ caseId, ...slot }) => ({
      case: caseId,
      ...slot,
    })),
  }));
}
