/** Ethernet addresses: from a hash of the names, so that a new link leaves the others as they were. */
import type { Mac } from '../../src/base/mac.ts';
import { deriveSeed } from '../../src/base/random.ts';
import type { LinkModel } from '../schema/model.ts';

/** Locally administered, unicast (IEEE 802-2014 8.2): 02 and 40 bits of hash. */
const local = 0x02 * 2 ** 40;

/** Keyed by `interfaceKey`. */
export function assignMacs(links: readonly LinkModel[]): Map<string, Mac> {
  const macs = new Map<string, Mac>();
  const taken = new Set<Mac>();
  for (const link of links) {
    for (const node of link.between) {
      const mac = freeMac(node, link.name, taken);
      taken.add(mac);
      macs.set(interfaceKey(node, link.name), mac);
    }
  }
  return macs;
}

export function interfaceKey(node: string, link: string): string {
  return `${node}\n${link}`;
}

/** Who comes later in the YAML gives way. */
export function freeMac(node: string, link: string, taken: ReadonlySet<Mac>): Mac {
  for (let attempt = 0; ; attempt++) {
    const hash = deriveSeed(attempt, 'mac', node, link) % 2 ** 40;
    const mac = (local + hash) as Mac;
    if (!taken.has(mac)) return mac;
  }
}
