/** Networks that the YAML's own addresses fix, and what can be wrong with them. */
import {
  type Family,
  familyOf,
  formatIp,
  isMulticast,
  isUnspecified,
} from '../../src/base/address.ts';
import { formatPrefix, maskIp, networkOf, type Prefix, widthOf } from '../../src/base/prefix.ts';
import { type InputPath, PlanError } from './plan-error.ts';
import type { Port, Segment } from './wiring.ts';

interface GivenAddress {
  readonly port: Port;
  readonly prefix: Prefix;
}

/** Where an interface's given addresses stand in the YAML. */
export function addressPath(port: Port): InputPath {
  return ['nodes', port.node.group, 'address', port.link.name];
}

export function givenOf(port: Port, family: Family): readonly Prefix[] {
  const given = port.node.addresses[port.link.name] ?? port.node.addresses[port.link.group] ?? [];
  return given.filter((prefix) => familyOf(prefix.address) === family);
}

/** The network that a segment's given addresses agree on; undefined: none is given. */
export function givenNetwork(segment: Segment, family: Family): Prefix | undefined {
  const given = segment.ports.flatMap((port) =>
    givenOf(port, family).map((prefix) => ({ port, prefix })),
  );
  const [first] = given;
  if (first === undefined) return undefined;
  const taken = new Map<unknown, GivenAddress>();
  for (const one of given) {
    checkUsable(one);
    checkAgrees(first, one);
    const other = taken.get(one.prefix.address);
    if (other) throw addressTaken(one, other);
    taken.set(one.prefix.address, one);
  }
  return networkOf(first.prefix);
}

function checkUsable(given: GivenAddress): void {
  const { address, length } = given.prefix;
  const text = formatPrefix(given.prefix);
  const widest = widthOf(address) - 2;
  if (length > widest) {
    throw wrongAddress(given, 'network-too-small', `${text} has no room for the other end`, {
      hint: `a network of /${widest} or larger`,
    });
  }
  const loopback = typeof address === 'number' && address >>> 24 === 127;
  if (isMulticast(address) || isUnspecified(address) || loopback) {
    throw wrongAddress(given, 'address-reserved', `${text} is not an address of an interface`, {
      hint: 'a unicast address such as 192.0.2.1/24',
    });
  }
  if (isEdge(given.prefix)) {
    throw wrongAddress(given, 'address-reserved', `${text} is the network or its broadcast`, {
      hint: `another address of ${formatPrefix(networkOf(given.prefix))}`,
    });
  }
}

/** The network itself, which in IPv6 is the routers' anycast address, or IPv4's broadcast. */
function isEdge({ address, length }: Prefix): boolean {
  if (address === maskIp(address, length)) return true;
  if (typeof address !== 'number') return false;
  const hostBits = 2 ** (32 - length) - 1;
  return address % (hostBits + 1) === hostBits;
}

function checkAgrees(first: GivenAddress, one: GivenAddress): void {
  const expected = formatPrefix(networkOf(first.prefix));
  if (formatPrefix(networkOf(one.prefix)) === expected) return;
  const found = formatPrefix(one.prefix);
  const where = `${first.port.node.name} is at ${formatPrefix(first.prefix)} there`;
  throw wrongAddress(
    one,
    'network-mismatch',
    `${found} is not in the network of its link: ${where}`,
    {
      hint: `an address of ${expected}`,
    },
  );
}

function addressTaken(one: GivenAddress, other: GivenAddress): PlanError {
  const text = formatIp(one.prefix.address);
  const owner = `${other.port.node.name} has it on ${other.port.link.name}`;
  return wrongAddress(one, 'address-taken', `${text} is given twice: ${owner}`, {
    hint: `another address of ${formatPrefix(networkOf(one.prefix))}`,
  });
}

function wrongAddress(
  given: GivenAddress,
  code: string,
  message: string,
  { hint }: { hint: string },
): PlanError {
  const { node, link } = given.port;
  const full = `address of ${node.name} on ${link.name}: ${message}`;
  return new PlanError(addressPath(given.port), { code, message: full, hint: `give ${hint}` });
}
