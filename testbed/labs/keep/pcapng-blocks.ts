/** The blocks of a pcapng stream, whole, from pieces as they arrive. */
import { readU32 } from '../../../src/base/bytes.ts';
import { pcapngOffset } from '../../../src/wire/pcapng.ts';

const headBytes = 8;

export class PcapngBlocks {
  #rest: Uint8Array = new Uint8Array(0);
  readonly #onBlock: (block: Uint8Array) => void;

  constructor(onBlock: (block: Uint8Array) => void) {
    this.#onBlock = onBlock;
  }

  push(piece: Uint8Array): void {
    const bytes = Buffer.concat([this.#rest, piece]);
    let at = 0;
    while (at + headBytes <= bytes.length) {
      const end = at + readU32(bytes, at + pcapngOffset.length);
      if (end > bytes.length) break;
      this.#onBlock(bytes.subarray(at, end));
      at = end;
    }
    this.#rest = bytes.subarray(at);
  }
}

const interfaceBlock = 1;

export function isInterfaceBlock(block: Uint8Array): boolean {
  return readU32(block, pcapngOffset.type) === interfaceBlock;
}
