/** What the conformance suite runs on: two nodes, a link between them, and something beyond. */
import type { ExecutionContext } from 'ava';
import type { Endpoint, Family, Ip, Ipv4, Ipv6 } from '../base/address.ts';
import { nsPerSecond } from '../base/time.ts';
import type { TraceRecord } from '../trace/record.ts';
import type { DatagramOptions, DatagramSocket, Host, PathError } from './host.ts';

/**
 *   left ──cable, MTU 1500── right ──MTU 1400── beyond
 *
 * Right passes packets on; left's default route leads to it; right has no default route. Beyond is
 * an address only: nothing has to answer there. Links lose nothing and keep order, and their queues
 * hold 20 frames at least. Time may be virtual or real: the suite waits for what happens and for
 * nothing else.
 */
export interface HostPair extends AsyncDisposable {
  readonly left: PairedNode;
  readonly right: PairedNode;
  readonly beyond: { readonly ipv4: Ipv4; readonly ipv6: Ipv6 };
  /** All that both nodes recorded since they were built, oldest first. */
  readonly records: readonly TraceRecord[];
  /**
   * Lets time pass until the condition holds: it is asked at once, and again after each thing that
   * happened. False where it still does not hold after `limitNs` (or nothing is left that could happen).
   */
  driveUntil(condition: () => boolean, limitNs: number): Promise<boolean>;
  /** Takes the carrier of the cable away, or gives it back; both ends see it. */
  setCarrier(up: boolean): void;
}

export interface PairedNode {
  readonly host: Host;
  /** Its interface on the cable, and the addresses there. */
  readonly interface: string;
  readonly ipv4: Ipv4;
  readonly ipv6: Ipv6;
}

export interface ConformanceCase {
  readonly title: string;
  readonly check: (t: ExecutionContext, pair: HostPair) => Promise<void>;
}

/** Far above what any of these takes on a busy machine; virtual time does not mind. */
const patienceNs = 60 * nsPerSecond;

/** Waits, and fails the test where what it waits for does not come. */
export async function expectSoon(
  t: ExecutionContext,
  pair: HostPair,
  condition: () => boolean,
  what: string,
): Promise<void> {
  t.true(await pair.driveUntil(condition, patienceNs), `never happened: ${what}`);
}

export function addressOf(node: { ipv4: Ipv4; ipv6: Ipv6 }, family: Family): Ip {
  return family === 4 ? node.ipv4 : node.ipv6;
}

/** A datagram that arrived, kept. */
interface KeptArrival {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly interface: string;
  readonly ttl: number;
  readonly payload: Uint8Array;
}

/** A socket that keeps all it hears. */
export interface Listener {
  readonly socket: DatagramSocket;
  readonly arrivals: readonly KeptArrival[];
  readonly errors: readonly PathError[];
}

export function listen(host: Host, options: DatagramOptions): Listener {
  const arrivals: KeptArrival[] = [];
  const errors: PathError[] = [];
  const socket = host.openDatagramSocket(options, {
    received: (arrived) => arrivals.push({ ...arrived, payload: arrived.payload.slice() }),
    pathError: (error) => errors.push(error),
  });
  return { socket, arrivals, errors };
}

export function payloadOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(payload: Uint8Array): string {
  return new TextDecoder().decode(payload);
}
