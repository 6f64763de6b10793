/** The ports of one node's streams that are taken, and which is free. */
import { drawBelow, type Random } from '../base/random.ts';

/** RFC 6335 6: the dynamic ports. */
const firstFree = 49_152;
const freeCount = 16_384;

export class PortSet {
  readonly #taken = new Set<string>();

  /** 0: one that is free. Undefined: it is taken, or none is free. */
  take(random: Random, family: number, port: number): number | undefined {
    const found = port === 0 ? this.#findFree(random, family) : port;
    if (found === undefined || this.#taken.has(`${family} ${found}`)) return undefined;
    this.#taken.add(`${family} ${found}`);
    return found;
  }

  give(family: number, port: number): void {
    this.#taken.delete(`${family} ${port}`);
  }

  /** RFC 6056 3.3.1: from a random one on. */
  #findFree(random: Random, family: number): number | undefined {
    const start = drawBelow(random, freeCount);
    for (let step = 0; step < freeCount; step++) {
      const port = firstFree + ((start + step) % freeCount);
      if (!this.#taken.has(`${family} ${port}`)) return port;
    }
    return undefined;
  }
}
