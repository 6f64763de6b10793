/**
 * What an interface daemon is told when it starts, and what it says. On the control descriptor: its order
 * as one line of JSON; it answers `ready` once the addresses answer; the end of the stream ends it. On
 * the other descriptor: its records, a line each.
 *
 * The order is a node of the plan, with the interfaces of the stack of our own only. Addresses are as
 * `src/base/address.ts` has them, of which JSON loses nothing.
 */
import type { Ip } from '../../base/address.ts';
import { FaultError } from '../../base/errors.ts';
import type { Mac } from '../../base/mac.ts';
import type { Prefix } from '../../base/prefix.ts';
import type { MonotonicTime } from '../run-clock.ts';

export const daemonDescriptor = { control: 3, records: 4 } as const;

export const daemonWord = { ready: 'ready' } as const;

/** What it exits with; others than these come from Node or from a signal. */
export const daemonExit = { stopped: 0, crashed: 3, misordered: 4 } as const;

export interface DaemonOrder {
  readonly node: string;
  readonly seed: number;
  /** When the run started. */
  readonly start: MonotonicTime;
  /** Passes packets on from one of its interfaces to another. */
  readonly forwards: boolean;
  readonly interfaces: readonly OwnInterface[];
  /** Networks of the interfaces' own addresses are implied and not listed. */
  readonly routes: readonly OwnRoute[];
  /** Unmodified applications live behind a TUN device; left out: there is none. */
  readonly applications?: ApplicationSide | undefined;
}

export interface OwnInterface {
  /** As the topology calls it. */
  readonly name: string;
  /** As the kernel calls it. */
  readonly device: string;
  readonly mac: Mac;
  readonly mtuBytes: number;
  readonly addresses: readonly Prefix[];
}

export interface OwnRoute {
  readonly prefix: Prefix;
  readonly interface: string;
  /** Left out: the destination is on the link itself. */
  readonly gateway?: Ip | undefined;
  /** Lower wins. */
  readonly metric: number;
}

export interface ApplicationSide {
  readonly device: string;
  /** What the kernel's applications have as theirs; nobody outside the node ever sees it. */
  readonly addresses: readonly Prefix[];
}

export function readOrder(text: string): DaemonOrder {
  try {
    return JSON.parse(text) as DaemonOrder;
  } catch (cause) {
    throw new FaultError({
      code: 'unreadable-order',
      message: `the order for the interface daemon is no JSON: ${text.slice(0, 40)}`,
      hint: 'write a DaemonOrder of src/runtime/interface-daemon/order.ts to its descriptor 3',
      cause,
    });
  }
}
