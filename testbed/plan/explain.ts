/** What a scenario means, in words: for `ropewalk explain`. */
import { formatDuration } from '../../src/base/units.ts';
import type { Scenario, TrafficModel } from '../schema/model.ts';
import { eventText, orderEvents } from './event-text.ts';
import { linkTexts } from './link-text.ts';
import { indexNetwork, type NetworkIndex } from './network-index.ts';
import { interfaceText } from './node-text.ts';
import { findTrip } from './path-facts.ts';
import type { Plan, PlannedNode } from './plan.ts';
import { programText, trafficText } from './program-text.ts';
import type { Reach } from './reach.ts';
import { watchText } from './watches.ts';

export function explainScenario(scenario: Scenario, plan: Plan): string {
  const index = indexNetwork(plan);
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['nodes', plan.nodes.flatMap(nodeTexts)],
    ['links', scenario.topology.links.flatMap(linkTexts)],
    ['programs', scenario.programs.map(programText)],
    ['traffic', scenario.traffic.map(trafficText)],
    ['watched', scenario.watches.map(watchText)],
    ['events', orderEvents(scenario.events).map(eventText)],
    ['ways', scenario.traffic.flatMap((traffic) => wayTexts(index, traffic))],
    ['expect', scenario.expectations.map(({ name, text }) => `${name}: ${text}`)],
  ];
  const title = `${scenario.name}: ${scenario.about}`;
  const runs = `${scenario.repeat} samples, ${formatDuration(scenario.limitNs)} at most each`;
  return [title, runs, '', ...sections.flatMap(sectionTexts)].join('\n');
}

/** Empty ones are left out; each ends with an empty line. */
export function sectionTexts([name, lines]: readonly [string, readonly string[]]): string[] {
  return lines.length === 0 ? [] : [name, ...lines.map((line) => `  ${line}`), ''];
}

function nodeTexts(node: PlannedNode): string[] {
  const inside = node.nat === undefined ? '' : `, inside ${node.nat.inside.join(', ')}`;
  const addressed = node.interfaces.filter((one) => one.addresses.length > 0);
  return [
    `${node.name}: ${node.kind}${inside}`,
    ...addressed.map((one) => `  ${interfaceText(one)}`),
  ];
}

/** The way of each traffic, as its first packet goes and as the answer comes back. */
function wayTexts(index: NetworkIndex, traffic: TrafficModel): string[] {
  const { openedBy, from, to, via, family } = traffic;
  const peer = openedBy === from ? to : from;
  const trip = findTrip(index, openedBy, peer, via, family);
  if ('problem' in trip) return [`${traffic.name}: ${trip.problem}`];
  const { there, back } = trip;
  const oneWay = formatDuration(there.delayNs);
  const roundTrip = formatDuration(there.delayNs + back.delayNs);
  const same = linksOf(there).join() === linksOf(back).toReversed().join();
  const other = same ? '' : `, back by ${linksOf(back).join(', ')}`;
  return [
    `${openedBy} to ${peer} (${traffic.name}): by ${linksOf(there).join(', ')}${other}; ` +
      `${oneWay} one way, ${roundTrip} there and back`,
  ];
}

function linksOf({ hops }: Reach): string[] {
  return hops.map(({ link }) => link);
}
