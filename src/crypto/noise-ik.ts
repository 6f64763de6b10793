/**
 * Noise_IK_25519_ChaChaPoly_BLAKE2s (Noise revision 34, 7.5): the initiator knows the responder's key.
 *
 *   <- s                    known beforehand
 *   -> e, es, s, ss         32 + 48 bytes, and the payload with its tag
 *   <- e, ee, se            32 bytes, and the payload with its tag
 *
 * The first payload can be replayed and has no forward secrecy: who answers guards against that.
 */
import { tagBytes } from './aead.ts';
import {
  beginSymmetric,
  decryptAndHash,
  deriveKey,
  encryptAndHash,
  mixHash,
  mixKey,
  type SymmetricState,
  split,
} from './symmetric-state.ts';
import { agree, type KeyPair, keyPairOf, x25519KeyBytes } from './x25519.ts';

const protocolName = 'Noise_IK_25519_ChaChaPoly_BLAKE2s';
const sealedKeyBytes = x25519KeyBytes + tagBytes;
export const initiationBytes = x25519KeyBytes + sealedKeyBytes + tagBytes;
export const answerBytes = x25519KeyBytes + tagBytes;

export interface TransportKeys {
  readonly send: Uint8Array;
  readonly receive: Uint8Array;
  /** The same at both ends, and of this handshake only. */
  readonly handshakeHash: Uint8Array;
}

/** An initiator between its message and the answer to it. */
export interface Initiation {
  readonly message: Uint8Array;
  /** For what is sent before the answer comes. */
  readonly earlyKey: Uint8Array;
  readonly static: KeyPair;
  readonly ephemeral: KeyPair;
  readonly state: SymmetricState;
}

export interface InitiationGiven {
  readonly static: KeyPair;
  /** 32 bytes of chance, used once. */
  readonly ephemeralSecret: Uint8Array;
  readonly remoteKey: Uint8Array;
  readonly prologue: Uint8Array;
  readonly payload: Uint8Array;
}

/** All of an initiation that can be made before its payload is known; of use once. */
export interface PreparedInitiation {
  readonly static: KeyPair;
  readonly ephemeral: KeyPair;
  /** What stands before the payload: the ephemeral key, and the sealed static one. */
  readonly opening: Uint8Array;
  readonly state: SymmetricState;
}

/** Undefined: the other's public key is none. */
export function prepareInitiation(
  given: Omit<InitiationGiven, 'payload'>,
): PreparedInitiation | undefined {
  const { remoteKey, prologue } = given;
  const state = beginSymmetric(protocolName, prologue);
  mixHash(state, remoteKey);
  const ephemeral = keyPairOf(given.ephemeralSecret);
  mixHash(state, ephemeral.publicKey);
  if (!mixAgreed(state, ephemeral, remoteKey)) return undefined;
  const sealedKey = encryptAndHash(state, given.static.publicKey);
  if (!mixAgreed(state, given.static, remoteKey)) return undefined;
  const opening = joinBytes(ephemeral.publicKey, sealedKey);
  return { static: given.static, ephemeral, opening, state };
}

/** Uses up what was prepared: its state goes on in the initiation. */
export function finishInitiation(prepared: PreparedInitiation, payload: Uint8Array): Initiation {
  const { ephemeral, opening, state } = prepared;
  const message = joinBytes(opening, encryptAndHash(state, payload));
  const earlyKey = deriveKey(state, earlyUse);
  return { message, earlyKey, static: prepared.static, ephemeral, state };
}

/** Undefined: the other's public key is none. */
export function initiate(given: InitiationGiven): Initiation | undefined {
  const prepared = prepareInitiation(given);
  return prepared && finishInitiation(prepared, given.payload);
}

/** What a responder learned of an initiator's message; it answers with `respond`. */
export interface Invitation {
  readonly remoteKey: Uint8Array;
  readonly payload: Uint8Array;
  readonly earlyKey: Uint8Array;
  readonly remoteEphemeral: Uint8Array;
  readonly state: SymmetricState;
}

/** What two static keys agree on, which may be known beforehand; undefined: that peer is nobody to us. */
type StaticSecretOf = (remoteKey: Uint8Array) => Uint8Array | undefined;

/** Undefined: not for us, damaged, or of somebody for whom there is no secret. */
export function readInitiation(
  own: KeyPair,
  prologue: Uint8Array,
  message: Uint8Array,
  staticSecretOf: StaticSecretOf = (remoteKey) => agree(own, remoteKey),
): Invitation | undefined {
  if (message.length < initiationBytes) return undefined;
  const state = beginSymmetric(protocolName, prologue);
  mixHash(state, own.publicKey);
  const remoteEphemeral = message.slice(0, x25519KeyBytes);
  mixHash(state, remoteEphemeral);
  if (!mixAgreed(state, own, remoteEphemeral)) return undefined;
  const payloadAt = x25519KeyBytes + sealedKeyBytes;
  const remoteKey = decryptAndHash(state, message.subarray(x25519KeyBytes, payloadAt));
  const staticSecret = remoteKey && staticSecretOf(remoteKey);
  if (remoteKey === undefined || staticSecret === undefined) return undefined;
  mixKey(state, staticSecret);
  const payload = decryptAndHash(state, message.subarray(payloadAt));
  if (payload === undefined) return undefined;
  return { remoteKey, payload, earlyKey: deriveKey(state, earlyUse), remoteEphemeral, state };
}

export interface Response {
  readonly message: Uint8Array;
  readonly keys: TransportKeys;
}

export function respond(
  { state, remoteEphemeral, remoteKey }: Invitation,
  ephemeralSecret: Uint8Array,
  payload: Uint8Array,
): Response | undefined {
  const ephemeral = keyPairOf(ephemeralSecret);
  mixHash(state, ephemeral.publicKey);
  if (!mixAgreed(state, ephemeral, remoteEphemeral)) return undefined;
  if (!mixAgreed(state, ephemeral, remoteKey)) return undefined;
  const message = joinBytes(ephemeral.publicKey, encryptAndHash(state, payload));
  const [receive, send] = split(state);
  return { message, keys: { send, receive, handshakeHash: state.hash } };
}

export interface Answer {
  readonly payload: Uint8Array;
  readonly keys: TransportKeys;
}

/** Undefined: no answer to this initiation, which goes on waiting for the true one. */
export function readAnswer(initiation: Initiation, message: Uint8Array): Answer | undefined {
  if (message.length < answerBytes) return undefined;
  const state = { ...initiation.state };
  const remoteEphemeral = message.slice(0, x25519KeyBytes);
  mixHash(state, remoteEphemeral);
  if (!mixAgreed(state, initiation.ephemeral, remoteEphemeral)) return undefined;
  if (!mixAgreed(state, initiation.static, remoteEphemeral)) return undefined;
  const payload = decryptAndHash(state, message.subarray(x25519KeyBytes));
  if (payload === undefined) return undefined;
  const [send, receive] = split(state);
  return { payload, keys: { send, receive, handshakeHash: state.hash } };
}

const earlyUse = 'ropewalk early data';

function mixAgreed(state: SymmetricState, own: KeyPair, other: Uint8Array): boolean {
  const secret = agree(own, other);
  if (secret === undefined) return false;
  mixKey(state, secret);
  return true;
}

function joinBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
