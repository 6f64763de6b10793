/** The first message of a stream, however its bytes come in. */
import { isMalformed } from '../wire/malformed.ts';
import { parseTunnel, type TunnelMessage, tunnelBytes, tunnelKindAt } from '../wire/tunnel.ts';

export type FirstRead =
  | { readonly kind: 'more' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'message'; readonly message: TunnelMessage; readonly rest: Uint8Array };

const enoughToTell = 2;

export class FirstMessage {
  #bytes = new Uint8Array(0);

  /** What stands behind the message is a view of `bytes`, or of a copy. */
  take(bytes: Uint8Array): FirstRead {
    const all = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    const kind = tunnelKindAt(all, 0);
    if (kind === undefined && all.length >= enoughToTell) return { kind: 'wrong' };
    const wanted = kind === undefined ? enoughToTell : tunnelBytes[kind];
    if (all.length < wanted) {
      this.#bytes = Uint8Array.from(all);
      return { kind: 'more' };
    }
    const message = parseTunnel(all, 0, wanted);
    if (isMalformed(message)) return { kind: 'wrong' };
    return { kind: 'message', message, rest: all.subarray(wanted) };
  }
}
