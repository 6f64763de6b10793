/** Who holds a port of the node: a listener, the streams that it brought, or a stream of ours. */
import type { Family } from '../base/address.ts';
import type { PortWish, StreamGround } from './stream-ground.ts';

interface Held {
  count: number;
  isListenedOn: boolean;
}

export class HeldPorts {
  readonly #ground: StreamGround;
  readonly #held = new Map<string, Held>();

  constructor(ground: StreamGround) {
    this.#ground = ground;
  }

  /** Undefined: it is another's, or none is free. */
  takeToConnect(wish: PortWish): number | undefined {
    const port = this.#ground.takePort(wish);
    if (port !== undefined)
      this.#held.set(keyOf(wish.family, port), { count: 1, isListenedOn: false });
    return port;
  }

  /** Streams of an earlier listener on it stand in nobody's way. */
  takeToListen(wish: PortWish): number | undefined {
    const standing = this.#held.get(keyOf(wish.family, wish.port));
    if (standing?.isListenedOn === true) return undefined;
    const port = standing === undefined ? this.#ground.takePort(wish) : wish.port;
    if (port === undefined) return undefined;
    const count = (standing?.count ?? 0) + 1;
    this.#held.set(keyOf(wish.family, port), { count, isListenedOn: true });
    return port;
  }

  /** By a stream that came to it; false: nobody has it. */
  hold(family: Family, port: number): boolean {
    const held = this.#held.get(keyOf(family, port));
    if (held !== undefined) held.count += 1;
    return held !== undefined;
  }

  give(family: Family, port: number): void {
    const key = keyOf(family, port);
    const held = this.#held.get(key);
    if (held === undefined) return;
    held.count -= 1;
    if (held.count > 0) return;
    this.#held.delete(key);
    this.#ground.givePort(port, family);
  }

  giveListening(family: Family, port: number): void {
    const held = this.#held.get(keyOf(family, port));
    if (held !== undefined) held.isListenedOn = false;
    this.give(family, port);
  }
}

function keyOf(family: Family, port: number): string {
  return `${family} ${port}`;
}
