/** What a plan asks of the kernel that it can't do, or not as the model does it: named before anything starts. */
import type { Plan, PlannedLink, PlannedNode } from '../../plan/plan.ts';
import { natLacks, outerAddressesOf } from '../../plan/rig-nat.ts';
import { isCarriedByHub } from '../../plan/rig-places.ts';
import { needsNetem } from '../../plan/rig-shaping.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import type { EventModel } from '../../schema/model.ts';
import type { Lack } from '../lab.ts';
import type { KernelHas } from './kernel-has.ts';

type Links = ReadonlyMap<string, PlannedLink>;

const takeTheModel = 'leave its engine out, or write engine: model';

export function rigLacksOf(plan: Plan, kernel: KernelHas): Lack[] {
  const links: Links = new Map(plan.links.map((link) => [link.name, link]));
  const carried = plan.nodes.filter((node) => isCarriedByHub(node, links));
  const atHub = new Set(carried.map(({ name }) => name));
  return [
    ...plan.links.flatMap((link) => [...placeLacks(link, atHub), ...shapingLacks(link, kernel)]),
    ...plan.nodes.filter(({ name }) => !atHub.has(name)).flatMap((node) => boxLacks(node, kernel)),
    ...plan.events.flatMap((event) => eventLacks(event, links, kernel)),
  ];
}

function placeLacks({ name, engine, ends }: PlannedLink, atHub: ReadonlySet<string>): Lack[] {
  if (engine === 'model') return [];
  return ends
    .filter(({ node }) => atHub.has(node))
    .map(({ node }) => ({
      what: `link ${name} passes the hub by, and ${node} stands there`,
      remedy: `${takeTheModel}; or write engine: ${engine} for all links of ${node}`,
    }));
}

/** What an event makes of a cable has to be possible as well. */
function eventLacks({ name, change }: EventModel, links: Links, kernel: KernelHas): Lack[] {
  if (change.kind !== 'link-set') return [];
  const link = links.get(change.link)!;
  if (link.engine === 'model') return [];
  const what = `event ${name} changes link ${link.name}`;
  if (link.engine === 'direct') {
    return [{ what: `${what}, which is a bare cable`, remedy: takeTheModel }];
  }
  if (Object.values(change.toward).some(({ mtuBytes }) => mtuBytes !== undefined)) {
    return [{ what: `${what}, whose MTU stays what the kernel was told`, remedy: takeTheModel }];
  }
  const ends = link.ends.map((end) => ({
    ...end,
    arriving: { ...end.arriving, ...change.toward[end.node] },
  }));
  const before = shapingLacks(link, kernel).map((lack) => lack.what);
  const after = shapingLacks({ ...link, ends: [ends[0]!, ends[1]!] }, kernel);
  return after.filter((lack) => !before.includes(lack.what));
}

function shapingLacks({ name, engine, ends }: PlannedLink, kernel: KernelHas): Lack[] {
  if (engine !== 'kernel') return [];
  const never = new Set(ends.flatMap(({ arriving }) => beyondNetem(arriving)));
  const lacks = [...never].map((what) => ({
    what: `link ${name} asks the kernel for ${what}, which it has not as the model does it`,
    remedy: takeTheModel,
  }));
  const asked = ends.map(({ arriving }) => arriving);
  if (!kernel.netem && asked.some(needsNetem)) lacks.push(netemLack(name));
  if (!kernel.tbf && asked.some(({ rateBps }) => Number.isFinite(rateBps))) {
    const what = `link ${name} asks the kernel for a rate, and it has no sch_tbf`;
    lacks.push({ what, remedy: `sudo modprobe sch_tbf; or ${takeTheModel}` });
  }
  return lacks;
}

function netemLack(link: string): Lack {
  return {
    what: `link ${link} asks the kernel for a delay, a loss or the like, and it has no sch_netem`,
    remedy: `sudo modprobe sch_netem, which may need the package linux-modules-extra; or ${takeTheModel}`,
  };
}

function beyondNetem({ loss, reorder, trace, queue }: DirectionSettings): string[] {
  return [
    ...(loss.model === 'list' ? ['the loss of certain frames'] : []),
    ...(reorder.ratio > 0 ? ['frames that are held back'] : []),
    ...(trace === undefined ? [] : ['a trace']),
    ...(queue.discipline.kind === 'codel' ? ['a CoDel queue'] : []),
  ];
}

function boxLacks(node: PlannedNode, { nftNat }: KernelHas): Lack[] {
  const { name, nat } = node;
  if (nat === undefined) return [];
  const takeTheModelHere = `let the hub be ${name}: engine: model for one of its links`;
  if (nftNat === 'no tool') {
    const what = `${name} is a NAT box of the kernel, and nft is not there`;
    return [{ what, remedy: `sudo apt-get install nftables; or ${takeTheModelHere}` }];
  }
  if (nftNat === 'no kernel') {
    const what = `${name} is a NAT box of the kernel, which has no NAT by nftables`;
    return [{ what, remedy: `sudo modprobe nft_masq nft_nat; or ${takeTheModelHere}` }];
  }
  return natLacks(nat.settings, outerAddressesOf(node).length).map((what) => ({
    what: `${name} is a NAT box of the kernel and asks for ${what}, which nft can't do`,
    remedy: takeTheModelHere,
  }));
}
