/** What a lab on a kernel can't do of a plan, or this machine can't do for it: named before anything starts. */
import type {
  Plan,
  PlannedLink,
  PlannedNode,
  PlannedProgram,
  PlannedWatch,
} from '../../plan/plan.ts';
import { isCarriedByHub } from '../../plan/rig-places.ts';
import type { EventModel } from '../../schema/model.ts';
import type { LabName, Lack } from '../lab.ts';
import { accessLacksOf } from './access-lacks.ts';
import { lacksOfInterface } from './hardware/lacks-of-interface.ts';
import type { KernelFacts } from './kernel-facts.ts';
import { isOwnNode } from './own-nodes.ts';
import { rigLacksOf } from './rig-lacks.ts';

const inSim = 'the sim lab does it: add --lab sim';

/** Of a plan, what the questions below look up again and again. */
interface Places {
  /** The programs of the catalogue. */
  readonly programs: readonly string[];
  readonly links: ReadonlyMap<string, PlannedLink>;
  /** The nodes that are no namespaces: switches and NAT boxes of the model. */
  readonly carried: ReadonlySet<string>;
  /** Machines of somebody else's. */
  readonly foreign: ReadonlySet<string>;
  /** The nodes whose interfaces a stack of ours owns. */
  readonly own: ReadonlySet<string>;
  readonly hasTool: KernelFacts['hasTool'];
  readonly hasMptcp: boolean;
  readonly lab: LabName;
}

export function lacksOf(
  plan: Plan,
  programs: readonly string[],
  facts: KernelFacts,
  lab: LabName,
): readonly Lack[] {
  const machine = machineLack(facts, lab);
  if (machine !== undefined) return [machine];
  const links = new Map(plan.links.map((link) => [link.name, link]));
  const carried = plan.nodes.filter((node) => isCarriedByHub(node, links));
  const places = {
    programs,
    links,
    carried: new Set(carried.map(({ name }) => name)),
    foreign: new Set(plan.nodes.filter(({ hardware }) => hardware).map(({ name }) => name)),
    own: new Set(plan.nodes.filter(isOwnNode).map(({ name }) => name)),
    hasTool: facts.hasTool,
    hasMptcp: facts.hasMptcp === true,
    lab,
  };
  return [
    ...plan.programs.flatMap((program) => programLacks(program, places)),
    ...accessLacksOf(plan, { lab, hasTool: facts.hasTool }),
    ...kernelLacks(plan, facts),
    ...plan.nodes.flatMap((node) => nodeLacks(node, places)),
    ...plan.events.flatMap((event) => eventLacks(event, places)),
    ...plan.watches.flatMap((watch) => watchLacks(watch, places)),
  ];
}

function machineLack(
  { isLinux, isRoot, hasTun, whyNotRootless }: KernelFacts,
  lab: LabName,
): Lack | undefined {
  const inVirtualTime = 'or run it in virtual time: --lab sim';
  if (!isLinux) return { what: `the ${lab} lab needs Linux`, remedy: inVirtualTime };
  if (!isRoot) {
    const remedy = `put sudo before the command, ${inVirtualTime}`;
    const why = whyNotRootless === undefined ? '' : `: ${whyNotRootless}`;
    return { what: `the ${lab} lab needs root${why}`, remedy };
  }
  if (hasTun) return undefined;
  const remedy = `load the module: modprobe tun, ${inVirtualTime}`;
  return { what: `the ${lab} lab needs /dev/net/tun`, remedy };
}

function programLacks({ id, node, run }: PlannedProgram, places: Places): Lack[] {
  const { foreign } = places;
  if (foreign.has(node)) {
    const what = `${id} runs on ${node}, a real machine on which nothing of ours runs, and whose clock is its own`;
    return [{ what, remedy: 'let it run on a node beside it' }];
  }
  const place: Lack[] = places.carried.has(node)
    ? [
        {
          what: `${id} runs on ${node}, which the hub models: it has no kernel to run programs on`,
          remedy: 'put it on a node of another kind, or add --lab sim',
        },
      ]
    : [];
  if (typeof run === 'string' && !places.programs.includes(run)) {
    return [
      ...place,
      { what: `${id} runs ${run}, which the ${places.lab} lab hasn't`, remedy: inSim },
    ];
  }
  if (typeof run === 'string') return [...place, ...transportLacks(id, node, run, places)];
  const [name] = run;
  // What stands beside the scenario is looked for when it is started.
  if (name === undefined || name.includes('/') || places.hasTool(name)) return place;
  const what = `${id} runs ${name}, which is not on this machine`;
  return [...place, { what, remedy: `install it: apt-get install ${name}` }];
}

/** `transport: own` and `kernel` ask for one of the two, and a node has the other. */
function transportLacks(id: string, node: string, run: string, { own, hasMptcp }: Places): Lack[] {
  if (run.endsWith('-over-own') && !own.has(node)) {
    const what = `${id} asks for TCP of ours on ${node}, whose stack is the kernel's`;
    return [{ what, remedy: `write stack: own for ${node}, or transport: tcp` }];
  }
  if (run.endsWith('-over-kernel-mptcp') && own.has(node)) {
    const what = `${id} asks for the kernel's MPTCP on ${node}, whose stack is ours`;
    return [{ what, remedy: `write stack: kernel for ${node}, or transport: mptcp` }];
  }
  if (run.endsWith('mptcp') && !own.has(node) && !hasMptcp) {
    const what = `${id} asks for MPTCP on ${node}, whose kernel has none`;
    return [{ what, remedy: `write stack: own for ${node}, or sysctl -w net.mptcp.enabled=1` }];
  }
  if (run.endsWith('-over-kernel') && own.has(node)) {
    const what = `${id} asks for the kernel's TCP on ${node}, whose stack is ours`;
    return [{ what, remedy: `write stack: kernel for ${node}, or transport: tcp` }];
  }
  return [];
}

/** Of what passes the hub by; the kernel is tried only where something does. */
function kernelLacks(plan: Plan, { kernel }: KernelFacts): Lack[] {
  return plan.links.every(({ engine }) => engine === 'model') ? [] : rigLacksOf(plan, kernel());
}

/** Addresses are translated by the hub's boxes and by the kernel, and by nobody else. */
function nodeLacks(node: PlannedNode, places: Places): Lack[] {
  if (node.kind === 'hardware') return hardwareLacks(node, places.lab);
  return [...stackLacks(node, places), ...limitLacks(node, places)];
}

/** A namespace holds nobody back. */
function limitLacks({ name, cpus, memoryBytes }: PlannedNode, { lab }: Places): Lack[] {
  if (lab === 'docker' || (cpus === undefined && memoryBytes === undefined)) return [];
  const what = `${name} may use so much of the machine and no more, which the ${lab} lab does not see to`;
  return [{ what, remedy: 'the docker lab does: add --lab docker; or leave cpus and memory out' }];
}

function stackLacks(node: PlannedNode, { carried }: Places): Lack[] {
  if (node.nat === undefined || !isOwnNode(node) || carried.has(node.name)) return [];
  const what = `${node.name} is a NAT box with a stack of its own`;
  return [{ what, remedy: 'leave its stack out, or the engines of its links' }];
}

/** A foreign machine is plugged into this one, by one interface. */
function hardwareLacks({ name, hardware, interfaces }: PlannedNode, lab: LabName): Lack[] {
  if (lab !== 'netns') {
    const remedy = 'leave --lab as netns';
    return [{ what: `${name} is plugged into this machine, and ${lab} is elsewhere`, remedy }];
  }
  if (interfaces.length !== 1) {
    const what = `${name} has ${interfaces.length} links, and is plugged in by ${hardware} alone`;
    return [{ what, remedy: 'let one link lead to it, from a switch or a router if need be' }];
  }
  if (interfaces[0]!.link === hardware) {
    const what = `${name} has a link that is called like its interface: ${hardware}`;
    return [{ what, remedy: 'call the link something else' }];
  }
  return lacksOfInterface(name, hardware!);
}

/** The hub is who sees packets. */
function watchLacks({ name, from, to }: PlannedWatch, { links }: Places): Lack[] {
  const ends = [...links.values()].filter(
    (link) =>
      link.engine !== 'model' &&
      link.ends.some(({ node }) => node === from.node || node === to.node),
  );
  return ends.map((link) => ({
    what: `${name} is watched by its packets, and link ${link.name} shows them to nobody`,
    remedy: 'leave its engine out, or write engine: model',
  }));
}

/** What happens to a clock can't happen to one node alone; nor can a cable fall silent with its carrier. */
function eventLacks({ name, change }: EventModel, { links }: Places): Lack[] {
  if (change.kind === 'clock-skew') {
    const what = `event ${name} skews the clock of ${change.node}, and all nodes share the machine's`;
    return [{ what, remedy: inSim }];
  }
  if (change.kind !== 'node-crash' && change.kind !== 'node-restart') return [];
  const passedBy = [...links.values()].filter(
    (link) => link.engine !== 'model' && link.ends.some(({ node }) => node === change.node),
  );
  return passedBy.map((link) => ({
    what: `event ${name} silences link ${link.name}, which passes the hub by`,
    remedy: 'leave its engine out, or write engine: model',
  }));
}
