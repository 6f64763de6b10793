/** Each traffic becomes two programs: one that waits for the first packet and one that sends it. */
import { formatIp } from '../../src/base/address.ts';
import type { Settings } from '../../src/host/program.ts';
import type { TrafficModel } from '../schema/model.ts';
import type { NetworkIndex } from './network-index.ts';
import type { PlannedProgram } from './plan.ts';
import { PlanError } from './plan-error.ts';
import { findReach, type Reach } from './reach.ts';

export interface TrafficPair {
  readonly passive: PlannedProgram;
  readonly opener: PlannedProgram;
}

interface Role {
  readonly name: 'source' | 'sink' | 'requester' | 'responder';
  readonly run: string;
}

const streams: readonly [Role, Role] = [
  { name: 'source', run: 'stream-source' },
  { name: 'sink', run: 'stream-sink' },
];
const requests: readonly [Role, Role] = [
  { name: 'requester', run: 'requester' },
  { name: 'responder', run: 'responder' },
];

/** `groupOf`: the key in the YAML of each link. */
export function planTraffic(
  index: NetworkIndex,
  groupOf: ReadonlyMap<string, string>,
  traffic: TrafficModel,
  takePort: (node: string) => number,
): TrafficPair {
  const [near, far] = traffic.generator === 'request-response' ? requests : streams;
  const opensFrom = traffic.openedBy === traffic.from;
  const opener = { node: opensFrom ? traffic.from : traffic.to, role: opensFrom ? near : far };
  const passive = { node: opensFrom ? traffic.to : traffic.from, role: opensFrom ? far : near };
  const via = findVia(index, groupOf, traffic, opener.node);
  const address =
    traffic.address ?? reachPassive(index, traffic, opener.node, passive.node, via).address;
  const port = takePort(passive.node);
  const common = settingsOf(traffic);
  return {
    passive: {
      ...programOf(traffic, passive.node, passive.role),
      settings: {
        ...common,
        role: passive.role.name,
        opens: false,
        peer: null,
        port,
        interface: null,
      },
      opens: false,
      startNs: 0,
    },
    opener: {
      ...programOf(traffic, opener.node, opener.role),
      settings: {
        ...common,
        role: opener.role.name,
        opens: true,
        peer: { address: formatIp(address), port },
        port: 0,
        interface: via ?? null,
      },
      opens: true,
      startNs: traffic.startNs,
    },
  };
}

function programOf(traffic: TrafficModel, node: string, role: Role) {
  return {
    id: `${traffic.name}/${role.name}`,
    node,
    // Another transport is another program, which a lab has or names as lacking.
    run: traffic.transport === 'udp' ? role.run : `${role.run}-over-${traffic.transport}`,
    traffic: traffic.name,
    // When the requester has all its answers (or gave up on them), the traffic is over.
    awaited: !traffic.background && role.name !== 'responder',
  };
}

function settingsOf(traffic: TrafficModel): Settings {
  return {
    flow: traffic.name,
    generator: traffic.generator,
    ...(traffic.transport !== 'udp' && overTcp(traffic)),
    family: traffic.family,
    bytes: traffic.bytes ?? null,
    count: traffic.count ?? null,
    rateBps: traffic.rateBps ?? null,
    payloadBytes: traffic.payloadBytes,
    forNs: traffic.forNs ?? null,
    intervalNs: traffic.intervalNs,
    timeoutNs: traffic.timeoutNs,
    onNs: traffic.onNs,
    offNs: traffic.offNs,
  };
}

function overTcp({ congestion, transport, scheduler }: TrafficModel): Settings {
  const common = { congestion: congestion ?? null };
  if (transport !== 'mptcp' && transport !== 'kernel-mptcp') return { transport: 'tcp', ...common };
  return { transport: 'mptcp', ...common, scheduler: scheduler ?? null };
}

function findVia(
  index: NetworkIndex,
  groupOf: ReadonlyMap<string, string>,
  traffic: TrafficModel,
  opener: string,
): string | undefined {
  const { via } = traffic;
  if (via === undefined) return undefined;
  const own = index.nodes.get(opener)!.interfaces.map((one) => one.link);
  const link = own.find((name) => name === via || groupOf.get(name) === via);
  if (link) return link;
  throw new PlanError(['traffic', traffic.name, 'via'], {
    code: 'via-not-at-opener',
    message: `traffic.${traffic.name} is opened by ${opener}, which has no link ${via}`,
    hint: own.length > 0 ? `one of ${own.join(', ')}` : undefined,
  });
}

function reachPassive(
  index: NetworkIndex,
  traffic: TrafficModel,
  opener: string,
  passive: string,
  via: string | undefined,
): Reach {
  const { family } = traffic;
  const reach = findReach(index, { from: opener, to: passive, family, firstLink: via });
  if (reach === undefined) throw unreachable(traffic, opener, passive, via);
  const closed = reach.boxes > 0 || isFirewalled(index, reach);
  if (closed) throw behindNat(index, traffic, opener, passive);
  return reach;
}

function isFirewalled(index: NetworkIndex, reach: Reach): boolean {
  return reach.inbound.some((name) => index.nodes.get(name)!.nat?.settings.ipv6 === 'firewalled');
}

function unreachable(
  traffic: TrafficModel,
  opener: string,
  passive: string,
  via: string | undefined,
): PlanError {
  const by = via === undefined ? '' : ` by ${via}`;
  return new PlanError(['traffic', traffic.name], {
    code: 'no-path',
    message: `traffic.${traffic.name}: ${opener} has no way to ${passive}${by} over IPv${traffic.family}`,
    hint: `join them: a link, or a router between their links (terminals and hosts pass nothing on)`,
  });
}

function behindNat(
  index: NetworkIndex,
  traffic: TrafficModel,
  opener: string,
  passive: string,
): PlanError {
  const back = findReach(index, { from: passive, to: opener, family: traffic.family });
  const canOpen = back?.boxes === 0 && !isFirewalled(index, back);
  return new PlanError(['traffic', traffic.name], {
    code: 'behind-nat',
    message: `traffic.${traffic.name} is opened by ${opener}, but ${passive} is behind a NAT box that lets nobody in`,
    hint: canOpen
      ? `write opened-by: ${passive}`
      : `neither of the two can open: each is behind a NAT box of its own`,
  });
}
