/** How frames come to a process on a node with a stack of ours, and which of them are its own. */
import type { PortClaim } from '../lease-filter.ts';

export interface ProcessWires {
  claim(lease: number, claim: PortClaim, interfaceIndex: number | undefined): void;
  unclaim(lease: number): void;
  addressesChanged(): void;
  /** After the stack has closed its wires. */
  close(): void;
}

/** A port that a process has, on one interface or on all. */
export interface ClaimedPort {
  readonly claim: PortClaim;
  readonly interfaceIndex: number | undefined;
}

export function concerns({ interfaceIndex }: ClaimedPort, index: number): boolean {
  return interfaceIndex === undefined || interfaceIndex === index;
}
