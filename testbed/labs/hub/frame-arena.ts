/** Memory for frames at addresses that are known, so that the kernel reads and writes them in place. */
import type { CutMemory, Frame } from '../../../src/base/frame.ts';
import { addressOf } from '../../../src/linux/layout.ts';

/** Untouched pages cost nothing: this is how much may be under way before frames lie elsewhere. */
const arenaBytes = 256 * 1_048_576;

export class FrameArena {
  readonly #buffer = new ArrayBuffer(arenaBytes);
  readonly #address = addressOf(new Uint8Array(this.#buffer));
  #used = 0;

  readonly cut: CutMemory = (bytes) => {
    if (this.#used + bytes > arenaBytes) return new Uint8Array(bytes);
    const piece = new Uint8Array(this.#buffer, this.#used, bytes);
    this.#used += bytes;
    return piece;
  };

  addressOf({ bytes }: Frame): number {
    return bytes.buffer === this.#buffer ? this.#address + bytes.byteOffset : addressOf(bytes);
  }
}
