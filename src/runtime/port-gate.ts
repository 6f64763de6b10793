/**
 * Which frames a ring sees, by the ports that are claimed: a program with a map that changes while it
 * runs, with room for all ports of many addresses; or, where this process may load no program (CAP_BPF), a
 * filter that is written anew for each claim.
 */
import type { Ip } from '../base/address.ts';
import { FaultError } from '../base/errors.ts';
import { loadBpfProgram } from '../linux/bpf.ts';
import { closeDescriptor } from '../linux/descriptor.ts';
import { assemblePortProgram } from '../linux/port-program.ts';
import type { FilterInstruction } from '../linux/socket.ts';
import { SystemCallError } from '../linux/system-call.ts';
import { claimFilter, mostLeases, type PortClaim } from './lease-filter.ts';
import { PortMap } from './port-map.ts';
import type { RingFilter } from './ring-port.ts';

export interface PortGate {
  /** What the ring is opened with. */
  readonly filter: RingFilter;
  readonly mostClaims: number;
  claim(claim: PortClaim): void;
  /** The very claim that was claimed. */
  unclaim(claim: PortClaim): void;
  setOwn(addresses: readonly Ip[]): void;
  close(): void;
}

export interface PortGateOptions {
  /** What becomes of the frames of claimed ports; all others have the other fate. */
  readonly claimed: 'pass' | 'stop';
  /** A filter that takes the place of the one before. */
  readonly refilter: (filter: readonly FilterInstruction[]) => void;
}

export function openPortGate(options: PortGateOptions): PortGate {
  try {
    return new MapGate(options);
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    return new FilterGate(options);
  }
}

/** What a socket's program says of a frame: none of it, or all. */
const verdict = { stop: 0, pass: -1 } as const;
/** All ports that one may have without asking for a certain one, of both families; and addresses beside them. */
const mapEntries = 32_768;
const mapClaims = 31_744;

class MapGate implements PortGate {
  readonly filter: RingFilter;
  readonly mostClaims = mapClaims;
  readonly #ports = new PortMap(mapEntries);
  readonly #programFd: number;

  constructor({ claimed }: PortGateOptions) {
    try {
      const program = assemblePortProgram({
        reads: 'buffer',
        portMapFd: this.#ports.fd,
        claimed: verdict[claimed],
        other: verdict[claimed === 'pass' ? 'stop' : 'pass'],
        claimsGroups: true,
      });
      this.#programFd = loadBpfProgram('socket-filter', program);
    } catch (error) {
      closeDescriptor(this.#ports.fd);
      throw error;
    }
    this.filter = { programFd: this.#programFd };
  }

  claim(claim: PortClaim): void {
    this.#ports.claim(claim);
  }

  unclaim(claim: PortClaim): void {
    this.#ports.unclaim(claim);
  }

  setOwn(addresses: readonly Ip[]): void {
    this.#ports.setOwn(addresses);
  }

  close(): void {
    closeDescriptor(this.#programFd);
    closeDescriptor(this.#ports.fd);
  }
}

/** For tests as well, which may load what they like. */
export class FilterGate implements PortGate {
  readonly mostClaims = mostLeases;
  readonly #options: PortGateOptions;
  readonly #claims = new Set<PortClaim>();
  #own: readonly Ip[] = [];

  constructor(options: PortGateOptions) {
    this.#options = options;
  }

  get filter(): readonly FilterInstruction[] {
    const { claimed } = this.#options;
    return claimFilter({ claims: [...this.#claims], own: this.#own, claimed });
  }

  claim(claim: PortClaim): void {
    if (this.#claims.size >= mostLeases) throw tooManyClaims();
    this.#claims.add(claim);
    this.#options.refilter(this.filter);
  }

  unclaim(claim: PortClaim): void {
    this.#claims.delete(claim);
    this.#options.refilter(this.filter);
  }

  setOwn(addresses: readonly Ip[]): void {
    this.#own = addresses;
    this.#options.refilter(this.filter);
  }

  close(): void {}
}

function tooManyClaims(): FaultError {
  return new FaultError({
    code: 'too-many-leases',
    message: `without CAP_BPF a process has ${mostLeases} ports at most`,
    hint: 'give it CAP_BPF, or run it as root',
  });
}
