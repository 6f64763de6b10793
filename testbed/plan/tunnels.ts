/**
 * What terminals and proxies are not told by the scenario: their port, their key, the inner addresses; and
 * the routes by which these are reached from elsewhere.
 */
import { type Family, familyOf, parseIp } from '../../src/base/address.ts';
import type { Prefix } from '../../src/base/prefix.ts';
import { formatPrefix, hostAt, parsePrefix, widthOf } from '../../src/base/prefix.ts';
import type { Settings, SettingValue } from '../../src/host/program.ts';
import type { ProgramModel } from '../schema/model.ts';
import { indexNetwork, lookUp, type Network, type NetworkIndex, tableOf } from './network-index.ts';
import type { PlannedNode, PlannedRoute } from './plan.ts';
import { findReach } from './reach.ts';

/** RFC 1918 and RFC 4193; none of the networks that the plan gives to links. */
const innerNetworks: readonly Prefix[] = [
  parsePrefix('172.31.0.0/16')!,
  parsePrefix('fd72:6f70:6577:1::/64')!,
];
/** Each half of the world: before any default route, behind what is nearer. */
const everywhere = ['0.0.0.0/1', '128.0.0.0/1', '::/1', '8000::/1'];
/** Of streams; packets have the next. */
const defaultPort = 7_443;
const innerMetric = 1;

/** What is written in the scenario counts. */
export function completeTunnels(
  scenario: string,
  programs: readonly ProgramModel[],
): ProgramModel[] {
  // A run's own key, where the scenario names none.
  const common = { port: defaultPort, key: `of ${scenario}` };
  return programs.map((program) => {
    const { via } = program.with;
    if (program.run === 'proxy') {
      const networks = innerOf(programs, program.on).map(formatPrefix);
      return withSettings(program, { ...common, networks });
    }
    if (program.run !== 'terminal') return program;
    const addresses = addressesOf(programs, program).map(formatPrefix);
    return withSettings(program, {
      ...(via === undefined ? {} : common),
      ...{ addresses, routes: everywhere },
      ...(isName(via) && { via: { node: via } }),
    });
  });
}

/** Every node that reaches a proxy sends to it what is for its terminals. */
export function routeTunnels<N extends Network>(network: N, programs: readonly ProgramModel[]): N {
  const proxies = new Set(programs.filter(({ run }) => run === 'proxy').map(({ on }) => on));
  if (proxies.size === 0) return network;
  const index = indexNetwork(network);
  const nodes = network.nodes.map((node) => {
    const routes = [...proxies].flatMap((proxy) =>
      innerOf(programs, proxy).flatMap((prefix) => routeToward(index, node, proxy, prefix)),
    );
    return routes.length === 0 ? node : { ...node, routes: [...node.routes, ...routes] };
  });
  return { ...network, nodes };
}

/** None where it leads through a box: nothing behind one is asked from outside. */
function routeToward(
  index: NetworkIndex,
  node: PlannedNode,
  proxy: string,
  prefix: Prefix,
): PlannedRoute[] {
  if (node.name === proxy || node.kind === 'switch' || node.kind === 'hardware') return [];
  const family: Family = familyOf(prefix.address);
  const reach = findReach(index, { from: node.name, to: proxy, family });
  if (reach === undefined || reach.boxes > 0 || reach.outbound.length > 0) return [];
  const route = lookUp(tableOf(index, node), reach.address);
  if (route === undefined) return [];
  const gateway = route.gateway ?? reach.address;
  return [{ prefix, interface: route.interface, gateway, metric: innerMetric }];
}

/** The inner addresses of the terminals that go by way of this node. */
function innerOf(programs: readonly ProgramModel[], proxy: string): Prefix[] {
  return programs
    .filter((program) => program.run === 'terminal' && nodeOf(program.with['via']) === proxy)
    .flatMap((program) => addressesOf(programs, program));
}

function addressesOf(programs: readonly ProgramModel[], program: ProgramModel): Prefix[] {
  const number = programs.filter(({ run }) => run === 'terminal').indexOf(program) + 1;
  return innerNetworks.map((network) => {
    const address = hostAt(network, number);
    return { address, length: widthOf(address) };
  });
}

function nodeOf(via: SettingValue | undefined): string | undefined {
  if (isName(via)) return via;
  if (typeof via !== 'object' || via === null || Array.isArray(via)) return undefined;
  const { node } = via as Settings;
  return typeof node === 'string' ? node : undefined;
}

function isName(via: SettingValue | undefined): via is string {
  return typeof via === 'string' && parseIp(via) === undefined;
}

/** A node that was named by its name alone stands in `settings` as the reference that it is. */
function withSettings(program: ProgramModel, settings: Settings): ProgramModel {
  const { via } = settings;
  return { ...program, with: { ...settings, ...program.with, ...(via !== undefined && { via }) } };
}
