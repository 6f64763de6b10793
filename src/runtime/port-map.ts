/** Which ports of an interface are this process's, in a map that programs in the kernel read. */
import type { Ip } from '../base/address.ts';
import { familyOf } from '../base/address.ts';
import { createBpfMap, putInMap, removeFromMap } from '../linux/bpf.ts';
import { int32Bytes } from '../linux/layout.ts';
import { type PortEntry, portMapKey, portMapShape } from '../linux/port-program.ts';
import type { PortClaim } from './lease-filter.ts';

const present = int32Bytes(1);

/** Its descriptor is closed by who opened it. */
export class PortMap {
  readonly fd: number;
  /** How many claims stand behind an entry. */
  readonly #counts = new Map<string, number>();
  #own: readonly Ip[] = [];

  /** The kernel takes 16 bytes for each entry that there may be. */
  constructor(entries: number = portMapShape.entries) {
    this.fd = createBpfMap({ ...portMapShape, entries });
  }

  claim(claim: PortClaim): void {
    for (const entry of entriesOf(claim)) {
      const name = nameOf(entry);
      const count = this.#counts.get(name) ?? 0;
      this.#counts.set(name, count + 1);
      if (count === 0) putInMap(this.fd, portMapKey(entry), present);
    }
  }

  unclaim(claim: PortClaim): void {
    for (const entry of entriesOf(claim)) {
      const name = nameOf(entry);
      const left = (this.#counts.get(name) ?? 1) - 1;
      if (left > 0) this.#counts.set(name, left);
      else {
        this.#counts.delete(name);
        removeFromMap(this.fd, portMapKey(entry));
      }
    }
  }

  /** All addresses that make a packet this node's, broadcasts among them. */
  setOwn(addresses: readonly Ip[]): void {
    const key = (address: Ip) => portMapKey({ family: familyOf(address), address });
    for (const address of addresses) putInMap(this.fd, key(address), present);
    const gone = this.#own.filter((address) => !addresses.includes(address));
    for (const address of gone) removeFromMap(this.fd, key(address));
    this.#own = addresses;
  }
}

function entriesOf({ protocol, port, address, family }: PortClaim): PortEntry[] {
  const claim = { protocol, port };
  if (address !== undefined) return [{ family: familyOf(address), address, claim }];
  const families = family === undefined ? ([4, 6] as const) : [family];
  return families.map((one) => ({ family: one, claim }));
}

function nameOf(entry: PortEntry): string {
  return portMapKey(entry).join(' ');
}
