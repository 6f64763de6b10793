/**
 * The bridge of an access switch. In this order, so that no port is open for a moment: ports are locked and
 * learn nothing while the bridge is down, which passes no frame on, and it comes up only once the packet filter stands.
 */

import type { Ip } from '../base/address.ts';
import { RopewalkError } from '../base/errors.ts';
import type { Mac } from '../base/mac.ts';
import {
  addGroupEntry,
  addStation,
  type GroupEntry,
  listGroupEntries,
  listStations,
  removeGroupEntry,
  removeStation,
} from '../linux/bridge-entries.ts';
import { letBroadcast } from '../linux/bridge-port.ts';
import { HostCopies } from '../linux/host-copies.ts';
import { listLinks } from '../linux/link.ts';
import { type RouteRequest, RouteSocket } from '../linux/route-socket.ts';
import { errno, SystemCallError } from '../linux/system-call.ts';
import { gateRules, gateTable } from './gate-rules.ts';
import { runTool } from './tool.ts';

export const bridgeName = 'access';

export class AccessBridge implements Disposable {
  readonly #socket = new RouteSocket();
  readonly #bridgeIndex: number;
  readonly #indexes: ReadonlyMap<string, number>;
  readonly #copies: ReadonlyMap<string, HostCopies>;

  private constructor(ports: readonly string[]) {
    const links = listLinks(this.#socket);
    this.#indexes = new Map(links.map(({ name, index }) => [name, index]));
    this.#bridgeIndex = this.indexOf(bridgeName);
    this.#copies = new Map(
      ports.map((port) => [port, new HostCopies(this.#socket, this.indexOf(port))]),
    );
  }

  /** Takes a bridge that stands as it is: somebody set it up, and was killed. */
  static open(ports: readonly string[], uplinks: readonly string[]): AccessBridge {
    const stands = standsHere();
    if (!stands) setUp(ports, uplinks);
    guard(ports);
    const bridge = new AccessBridge(ports);
    if (!stands) raise([...ports, ...uplinks]);
    return bridge;
  }

  indexOf(name: string): number {
    return this.#indexes.get(name) ?? -1;
  }

  openGate(port: string, mac: Mac): void {
    const index = this.indexOf(port);
    this.#socket.apply([addStation(index, mac), letBroadcast(index, true)]);
  }

  closeGate(port: string, mac: Mac): void {
    const index = this.indexOf(port);
    this.#forgive(removeStation(index, mac), errno.ENOENT);
    if (this.stations(port).length === 0) this.#socket.apply([letBroadcast(index, false)]);
  }

  stations(port: string): Mac[] {
    return listStations(this.#socket, this.indexOf(port));
  }

  /** Behind the port, these hosts and no others get what the bridge gives it of the group. */
  copyTo(port: string, group: Ip, hosts: readonly Mac[]): void {
    this.#copies.get(port)!.set(group, hosts);
  }

  /** Why the kernel has it not; undefined: the port gets the group from now on. */
  give(entry: GroupEntry): string | undefined {
    try {
      this.#forgive(addGroupEntry(this.#bridgeIndex, entry), errno.EEXIST);
      return undefined;
    } catch (error) {
      if (error instanceof SystemCallError) return error.message;
      throw error;
    }
  }

  take(entry: GroupEntry): void {
    this.#forgive(removeGroupEntry(this.#bridgeIndex, entry), errno.EINVAL, errno.ENOENT);
  }

  entries(): GroupEntry[] {
    return listGroupEntries(this.#socket, this.#bridgeIndex);
  }

  /** The ports stay down behind it. */
  remove(ports: readonly string[]): void {
    const lines = [
      ...ports.map((port) => `link set dev ${port} down`),
      `link del dev ${bridgeName}`,
    ];
    runTool(['ip', '-batch', '-'], `${lines.join('\n')}\n`);
    runTool(['nft', 'delete', 'table', 'bridge', gateTable]);
  }

  [Symbol.dispose](): void {
    for (const copies of this.#copies.values()) copies[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }

  #forgive(request: RouteRequest, ...reasons: readonly number[]): void {
    try {
      this.#socket.apply([request]);
    } catch (error) {
      if (!(error instanceof SystemCallError && reasons.includes(error.errno))) throw error;
    }
  }
}

function standsHere(): boolean {
  using socket = new RouteSocket();
  return listLinks(socket).some(({ name }) => name === bridgeName);
}

/**
 * The querier is on, for without one the bridge does not heed its entries; the short response interval
 * before it is what it waits before it believes itself to be one. For IPv6 it is one only once it has an
 * address, which must not wait for its detection of doubles.
 */
function setUp(ports: readonly string[], uplinks: readonly string[]): void {
  const lines = [
    `link add name ${bridgeName} type bridge stp_state 0 forward_delay 0`,
    `link set dev ${bridgeName} type bridge mcast_snooping 1 mcast_igmp_version 3 mcast_mld_version 2 mcast_query_response_interval 1`,
    `link set dev ${bridgeName} type bridge mcast_querier 1`,
    `link set dev ${bridgeName} addrgenmode none`,
    `address add fe80::1/64 dev ${bridgeName} nodad`,
    `link set dev ${bridgeName} type bridge mcast_query_response_interval 1000 mcast_query_interval 360000`,
    ...[...ports, ...uplinks].map((port) => `link set dev ${port} master ${bridgeName}`),
  ];
  runTool(['ip', '-batch', '-'], `${lines.join('\n')}\n`);
  const closed = 'locked on learning off flood off mcast_flood off bcast_flood off';
  const gates = ports.map((port) => `link set dev ${port} ${closed} isolated on mcast_router 0`);
  runTool(['bridge', '-batch', '-'], `${gates.join('\n')}\n`);
}

/** The bridge last. */
function raise(links: readonly string[]): void {
  const lines = [...links, bridgeName].map((name) => `link set dev ${name} up`);
  runTool(['ip', '-batch', '-'], `${lines.join('\n')}\n`);
}

/** No bridge is raised behind rules that were taken and do not stand. */
function guard(ports: readonly string[]): void {
  runTool(['nft', '-f', '-'], gateRules(ports));
  const rules = runTool(['nft', 'list', 'table', 'bridge', gateTable]);
  if (ports.every((port) => rules.includes(`"${port}"`)) && rules.includes('ip protocol igmp'))
    return;
  throw new RopewalkError({
    code: 'access-gate-missing',
    message: `the packet filter took the rules for ${ports.join(', ')} and has them not: the bridge stays down`,
    hint: `look at it: nft list table bridge ${gateTable}`,
  });
}
