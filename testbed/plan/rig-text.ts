/**
 * A rig as a shell script of ip, tc, sysctl and nft, for people to read, and to run where the hub is not
 * wanted. The lab does the same over netlink.
 */
import { formatIp, isIpv4 } from '../../src/base/address.ts';
import { formatMac } from '../../src/base/mac.ts';
import { formatPrefix } from '../../src/base/prefix.ts';
import { applicationAddresses, applicationDevice } from './applications.ts';
import { qdiscText } from './qdisc-text.ts';
import { type Rig, type RigCable, type RigNode, type RigRoute, startingRoutes } from './rig.ts';
import type { RigDevice } from './rig-devices.ts';
import type { RigSysctl } from './rig-sysctls.ts';

/** `namespaces`: what makes them, where that is not `ip netns add`. */
export function rigScript(rig: Rig, namespaces?: string): string {
  return [
    ...(namespaces === undefined ? batch('ip -batch -', namespaceLines(rig)) : [namespaces]),
    ...waysText(rig.nodes),
    ...batch('ip -batch -', cableLines(rig)),
    ...rig.nodes.flatMap(nodeText),
  ].join('\n');
}

/** `/etc/hosts` of whom, and what it says. */
export function hostsText({ nodes }: Rig): string {
  const groups = Map.groupBy(nodes, ({ hosts }) => hosts);
  return [...groups]
    .map(([hosts, own]) => `# /etc/hosts of ${own.map(({ node }) => node).join(', ')}\n${hosts}`)
    .join('\n');
}

function batch(command: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${command} <<'EOF'`, ...lines, 'EOF'];
}

function namespaceLines({ nodes }: Rig): string[] {
  return nodes.map(({ namespace }) => `netns add ${namespace}`);
}

/** Most nodes are told the same, so it is said once. */
function waysText(nodes: readonly RigNode[]): string[] {
  const groups = Map.groupBy(nodes, ({ sysctls }) => sysctlText(sysctls));
  return [...groups].map(([words, own]) => {
    const names = own.map(({ namespace }) => namespace).join(' ');
    return `for n in ${names}; do ip netns exec $n sysctl -qw ${words}; done`;
  });
}

function sysctlText(sysctls: readonly RigSysctl[]): string {
  return sysctls.map(({ path, value }) => `'${path}=${value}'`).join(' ');
}

function cableLines(rig: Rig): string[] {
  const nodes = new Map(rig.nodes.map((node) => [node.node, node]));
  return rig.cables.map(({ ends }: RigCable) => {
    const [one, other] = ends.map(({ node, device }) => {
      const { namespace, devices } = nodes.get(node)!;
      return endText(namespace, devices.find((found) => found.device === device)!);
    });
    return `link add ${one} type veth peer name ${other}`;
  });
}

function endText(namespace: string, { device, mac, mtuBytes }: RigDevice): string {
  return `${device} netns ${namespace} address ${formatMac(mac)} mtu ${mtuBytes}`;
}

function nodeText(node: RigNode): string[] {
  const { node: name, namespace, devices, nft, isBridge } = node;
  const own = devices.flatMap(({ sysctls }) => sysctls);
  const wireSize = devices.filter((one) => one.wireSize);
  return [
    `# ${name}`,
    ...batch(`ip -n ${namespace} -batch -`, [
      ...devices.filter(({ kind }) => kind === 'tap').flatMap(tapLines),
      ...(isBridge ? ['link add bridge up type bridge'] : []),
    ]),
    ...(own.length > 0 ? [`ip netns exec ${namespace} sysctl -qw ${sysctlText(own)}`] : []),
    ...wireSize.map((one) => offloadText(namespace, one)),
    ...batch(`tc -n ${namespace} -batch -`, devices.flatMap(qdiscLines)),
    ...batch(`ip -n ${namespace} -batch -`, [
      'link set lo up',
      ...devices.flatMap((one) => deviceLines(one, isBridge)),
      ...startingRoutes(node).map(routeLine),
    ]),
    ...ownText(devices),
    ...(nft === undefined ? [] : batch(`ip netns exec ${namespace} nft -f -`, [nft.trimEnd()])),
  ];
}

/** What the kernel is not told. */
function ownText(devices: readonly RigDevice[]): string[] {
  const own = devices.filter(({ stack }) => stack === 'own').map(({ device }) => device);
  if (own.length === 0) return [];
  const inner = applicationAddresses.map(formatPrefix).join(' and ');
  return [
    `# addresses and routes of ${own.join(', ')}: an interface daemon (src/cli/interface-daemon.ts) has`,
    `# them, and serves ${applicationDevice}, a TUN device with ${inner} for unmodified programs`,
  ];
}

/** In the lab the hub opens them. */
function tapLines({ device, mac, mtuBytes }: RigDevice): string[] {
  return [
    `tuntap add dev ${device} mode tap`,
    `link set ${device} address ${formatMac(mac)} mtu ${mtuBytes}`,
  ];
}

function offloadText(namespace: string, { device }: RigDevice): string {
  const all = ['rx', 'tx', 'sg', 'tso', 'gso', 'gro'].map((name) => `${name} off`).join(' ');
  return `ip netns exec ${namespace} ethtool -K '${device}' ${all}`;
}

function qdiscLines({ device, qdiscs }: RigDevice): string[] {
  return qdiscs.map((qdisc) => `qdisc replace dev ${device} ${qdiscText(qdisc)}`);
}

function deviceLines(one: RigDevice, isPort: boolean): string[] {
  const { device, alternativeName, addresses, neighbours, startsDown } = one;
  return [
    ...(alternativeName === undefined
      ? []
      : [`link property add dev ${device} altname ${alternativeName}`]),
    ...(isPort ? [`link set ${device} master bridge`] : []),
    ...(startsDown ? [] : [`link set ${device} up`]),
    ...addresses.map((prefix) => {
      const flags = isIpv4(prefix.address) ? '' : ' nodad';
      return `address add ${formatPrefix(prefix)} dev ${device}${flags}`;
    }),
    ...neighbours.map(
      ({ address, mac }) =>
        `neighbour replace ${formatIp(address)} lladdr ${formatMac(mac)} dev ${device} nud permanent`,
    ),
  ];
}

function routeLine({ prefix, device, gateway, metric }: RigRoute): string {
  const via = gateway === undefined ? '' : ` via ${formatIp(gateway)}`;
  return `route add ${formatPrefix(prefix)}${via} dev ${device} metric ${metric} proto static`;
}
