/** What a table of streams stands on: an IP layer, its clock, its ports. */
import type { Family, Ip } from '../base/address.ts';
import type { Random } from '../base/random.ts';
import type { LocalInterface } from '../mptcp/machine-state.ts';
import type { OutgoingSegment } from '../tcp/sink.ts';
import type { Field } from '../trace/record.ts';

/** What of a port is wanted; 0: one that is free. */
export interface PortWish {
  readonly family: Family;
  /** Undefined: any address of the node. */
  readonly address: Ip | undefined;
  readonly port: number;
  readonly interface: string | undefined;
}

export interface StreamGround {
  readonly node: string;
  readonly random: Random;
  nowNs(): number;
  owns(address: Ip): boolean;
  /** The address that packets to there leave with; undefined: no way leads there. */
  sourceFor(destination: Ip, interfaceName: string | undefined): Ip | undefined;
  /** The MTU of the way, as the IP layer knows it. */
  mtuTo(destination: Ip): number;
  /** Puts an IP header before the segment, and sends it. */
  transmit(segment: OutgoingSegment): void;
  /** Undefined: it is taken, or none is free. */
  takePort(wish: PortWish): number | undefined;
  givePort(port: number, family: Family): void;
  /** The interfaces that subflows of MPTCP may use; left out: there are none beside the first. */
  interfaces?(): readonly LocalInterface[];
  /** Whether the destination is a neighbour on this interface. */
  isOnLink?(destination: Ip, interfaceName: string): boolean;
  record(kind: string, fields: Readonly<Record<string, Field>>): void;
  /** The table has to be woken at `deadlineNs`; a moment that is past: soon, and outside of any call. */
  wakeAt(deadlineNs: number): void;
  /**
   * Calls back once all that came together has been heard, so that it is told together; what is asked for twice
   * is called once. Left out: each packet's news is told with it.
   */
  atStepEnd?(action: () => void): void;
}
