/** Everything that a run would set up and start, in order: for `--dry-run`. */
import { formatDuration } from '../../src/base/units.ts';
import { eventText, orderEvents } from './event-text.ts';
import { sectionTexts } from './explain.ts';
import { deviceText, routeTexts } from './node-text.ts';
import type { Plan, PlannedLink, PlannedNode, PlannedProgram } from './plan.ts';
import { plannedText } from './program-text.ts';
import { plannedWatchText } from './watches.ts';

/** What would be run: the plan that is printed stands for the first of these. */
export interface PlannedRuns {
  readonly cases: readonly string[];
  readonly variants: readonly string[];
  readonly repeat: number;
}

export function formatDryRun(plan: Plan, runs: PlannedRuns): string {
  const openers = plan.programs.filter((program) => program.opens);
  const waiting = plan.programs.filter((program) => !program.opens);
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['nodes', plan.nodes.flatMap(nodeTexts)],
    ['links', plan.links.map(linkText)],
    ['programs, until each is ready', waiting.map(programText)],
    ['then, from the moment that all are ready', openers.map(openerText)],
    ['watched', plan.watches.map(plannedWatchText)],
    ['events', orderEvents(plan.events).map(eventText)],
    ['runs', runTexts(plan, runs)],
  ];
  return [`${plan.scenario}, seed ${plan.seed}`, '', ...sections.flatMap(sectionTexts)].join('\n');
}

function nodeTexts(node: PlannedNode): string[] {
  const nat = node.nat;
  const sides = nat && `, inside ${nat.inside.join(', ')}, outside ${nat.outside.join(', ')}`;
  return [
    `${node.name}: ${node.kind}${node.forwards ? ', forwards' : ''}${sides ?? ''}`,
    ...node.interfaces.map((one) => `  ${deviceText(one)}`),
    ...routeTexts(node).map((route) => `  route ${route}`),
  ];
}

function linkText({ name, engine, ends: [a, b] }: PlannedLink): string {
  return `${name}: ${a.node} – ${b.node}, engine ${engine}`;
}

function programText(program: PlannedProgram): string {
  return `${plannedText(program)}${program.awaited ? '' : ' (stopped at the end)'}`;
}

function openerText(program: PlannedProgram): string {
  return `after ${formatDuration(program.startNs)} ${programText(program)}`;
}

function runTexts(plan: Plan, { cases, variants, repeat }: PlannedRuns): string[] {
  const samples = cases.length * variants.length * repeat;
  const longest = formatDuration(samples * plan.limitNs);
  const factors = [
    countText(cases.length, 'case'),
    countText(variants.length, 'variant'),
    countText(repeat, 'repeat'),
  ];
  return [
    ...cases.map((one) => `case ${one}`),
    ...variants.map((one) => `variant ${one}`),
    `${factors.join(' × ')} = ${countText(samples, 'sample')}, ${longest} of the network's time at most`,
  ];
}

function countText(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
