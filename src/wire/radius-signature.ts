/**
 * Who shares the secret: the authenticators of RFC 2865 3, RFC 2866 3 and RFC 5176 2.3, and the
 * Message-Authenticator of RFC 3579 3.2, without which an answer can be forged (CVE-2024-3596).
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { emitRadius, measureRadius, type RadiusAttribute, type RadiusPacket } from './radius.ts';
import { radiusType } from './radius-attribute.ts';

const zeros = new Uint8Array(16);

/** An Access-Request, whose authenticator is 16 random bytes. */
export function signRequest(packet: RadiusPacket, secret: string): Uint8Array {
  return emit(withMessageAuthenticator(packet, packet.authenticator, secret));
}

/** Accounting, CoA and Disconnect: the authenticator is a digest over all else. */
export function signDigestRequest(packet: RadiusPacket, secret: string): Uint8Array {
  const signed = withMessageAuthenticator(packet, zeros, secret);
  return emit({ ...signed, authenticator: digestOf(signed, zeros, secret) });
}

/** An answer to the request that had this authenticator. */
export function signAnswer(packet: RadiusPacket, asked: Uint8Array, secret: string): Uint8Array {
  const signed = withMessageAuthenticator(packet, asked, secret);
  return emit({ ...signed, authenticator: digestOf(signed, asked, secret) });
}

/** Why it is not to be believed; undefined: it is right. Accounting need not have a Message-Authenticator. */
export function doubtAnswer(
  packet: RadiusPacket,
  asked: Uint8Array,
  secret: string,
): string | undefined {
  if (!isSame(digestOf(packet, asked, secret), packet.authenticator)) return 'authenticator';
  if (packet.code === 'accounting-response' && !messageAuthenticatorOf(packet)) return undefined;
  return doubtMessageAuthenticator(packet, asked, secret);
}

/** The same of a CoA- or a Disconnect-Request; where it has a Message-Authenticator, that is right too. */
export function doubtDigestRequest(packet: RadiusPacket, secret: string): string | undefined {
  if (!isSame(digestOf(packet, zeros, secret), packet.authenticator)) return 'authenticator';
  if (messageAuthenticatorOf(packet) === undefined) return undefined;
  return doubtMessageAuthenticator(packet, zeros, secret);
}

export function doubtMessageAuthenticator(
  packet: RadiusPacket,
  asked: Uint8Array,
  secret: string,
): string | undefined {
  const there = messageAuthenticatorOf(packet);
  if (there === undefined) return 'no message-authenticator';
  const attributes = packet.attributes.map((attribute) =>
    attribute.type === radiusType.messageAuthenticator ? emptySignature : attribute,
  );
  const right = hmacOf({ ...packet, attributes, authenticator: asked }, secret);
  return isSame(there.value, right) ? undefined : 'message-authenticator';
}

const emptySignature: RadiusAttribute = { type: radiusType.messageAuthenticator, value: zeros };

function messageAuthenticatorOf({ attributes }: RadiusPacket): RadiusAttribute | undefined {
  return attributes.find(({ type }) => type === radiusType.messageAuthenticator);
}

/** First of all attributes, as the answer to CVE-2024-3596 asks. */
function withMessageAuthenticator(
  packet: RadiusPacket,
  asked: Uint8Array,
  secret: string,
): RadiusPacket {
  const empty = { ...packet, attributes: [emptySignature, ...packet.attributes] };
  const value = hmacOf({ ...empty, authenticator: asked }, secret);
  return { ...empty, attributes: [{ ...emptySignature, value }, ...packet.attributes] };
}

function hmacOf(packet: RadiusPacket, secret: string): Uint8Array {
  return Uint8Array.from(createHmac('md5', secret).update(emit(packet)).digest());
}

function digestOf(packet: RadiusPacket, asked: Uint8Array, secret: string): Uint8Array {
  const hash = createHash('md5').update(emit({ ...packet, authenticator: asked }));
  return Uint8Array.from(hash.update(secret).digest());
}

function emit(packet: RadiusPacket): Uint8Array {
  const bytes = new Uint8Array(measureRadius(packet));
  emitRadius(bytes, 0, packet);
  return bytes;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
