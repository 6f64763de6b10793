/** Messages between manager and stack side on a stream of bytes: each kind has its length. */
import { isMalformed } from '../../wire/malformed.ts';
import { type Change, changeBytes, messageKinds, parseChange } from '../change-message.ts';
import { type Outcome, outcomeBytes, parseOutcome } from '../outcome-message.ts';
import {
  type LinkGone,
  linkGoneBytes,
  parseLinkGone,
  parseSteer,
  type Steer,
  steerBytes,
} from '../steer-message.ts';

export type Message = Change | Outcome | Steer | LinkGone;

const kinds = [
  { kind: messageKinds.change, bytes: changeBytes, parse: parseChange },
  { kind: messageKinds.outcome, bytes: outcomeBytes, parse: parseOutcome },
  { kind: messageKinds.steer, bytes: steerBytes, parse: parseSteer },
  { kind: messageKinds.linkGone, bytes: linkGoneBytes, parse: parseLinkGone },
] as const;
const kindAt = 2;

export class MessageReader {
  #bytes: Uint8Array = new Uint8Array(0);

  /** Each message that is whole now; undefined for what is none: there is no going on after it. */
  *read(piece: Uint8Array): Generator<Message | undefined> {
    this.#bytes = this.#bytes.length === 0 ? piece : Buffer.concat([this.#bytes, piece]);
    while (this.#bytes.length > kindAt) {
      const shape = kinds.find(({ kind }) => kind === this.#bytes[kindAt]);
      if (shape === undefined) {
        yield undefined;
        return;
      }
      if (this.#bytes.length < shape.bytes) return;
      const message = shape.parse(this.#bytes.slice(0, shape.bytes));
      this.#bytes = this.#bytes.slice(shape.bytes);
      yield isMalformed(message) ? undefined : message;
    }
  }
}
