/** What a server asks of the switch: Disconnect ends, CoA has it ask again (RFC 5176). */
import { isMalformed } from '../wire/malformed.ts';
import { parseRadius, type RadiusCode, type RadiusPacket } from '../wire/radius.ts';
import { errorCause, numberAttribute, radiusType } from '../wire/radius-attribute.ts';
import { doubtDigestRequest, signAnswer } from '../wire/radius-signature.ts';
import { disconnect, reauthorise } from './answer.ts';
import { readTarget } from './radius-words.ts';
import type { MulticastSink } from './sink.ts';
import type { MulticastState } from './state.ts';

/** The answer; undefined: it is from nobody who has the secret, and none is due (RFC 5176 2.3). */
export function takeServerRequest(
  state: MulticastState,
  nowNs: number,
  bytes: Uint8Array,
  secret: string,
  sink: MulticastSink,
): Uint8Array | undefined {
  const packet = parseRadius(bytes, 0, bytes.length);
  if (isMalformed(packet) || doubtDigestRequest(packet, secret) !== undefined) return undefined;
  switch (packet.code) {
    case 'disconnect-request':
      return answer(packet, secret, 'disconnect', act(state, nowNs, packet, disconnect, sink));
    case 'coa-request':
      return answer(packet, secret, 'coa', act(state, nowNs, packet, reauthorise, sink));
    default:
      return undefined;
  }
}

/** Undefined: done; else the cause why not. */
function act(
  state: MulticastState,
  nowNs: number,
  packet: RadiusPacket,
  perform: typeof disconnect,
  sink: MulticastSink,
): number | undefined {
  const target = readTarget(packet);
  if (target === undefined) return errorCause.missingAttribute;
  const meant = perform(state, nowNs, target, sink);
  return meant.length > 0 ? undefined : errorCause.sessionNotFound;
}

function answer(
  { identifier, authenticator }: RadiusPacket,
  secret: string,
  what: 'disconnect' | 'coa',
  cause: number | undefined,
): Uint8Array {
  const code: RadiusCode = `${what}-${cause === undefined ? 'ack' : 'nak'}`;
  const attributes = cause === undefined ? [] : [numberAttribute(radiusType.errorCause, cause)];
  return signAnswer({ code, identifier, authenticator, attributes }, authenticator, secret);
}
