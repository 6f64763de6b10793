/** What a socket, a frame port or a virtual interface needs of the simulated host that opened it. */
import type { Clock } from '../../../src/host/host.ts';
import type { IpStation } from '../network/ip-station.ts';

/** Runs a part of the program that owns the host; what it throws stays there. */
export type Guard = (callback: () => void) => void;

export interface HostOwner {
  readonly station: IpStation;
  readonly guard: Guard;
  readonly clock: Clock;
  /** The index of the interface, which is also its port. */
  portOf(interfaceName: string): number;
  /** Told by what has closed itself. */
  forget(closed: { close(): void }): void;
}
