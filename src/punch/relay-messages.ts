/** The messages of relay and clients as bytes, with what proves them. */
import { type Endpoint, writeIp } from '../base/address.ts';
import { readU48, writeU16, writeU48 } from '../base/bytes.ts';
import { hmac } from '../crypto/symmetric-state.ts';
import {
  emitRelay,
  measureRelay,
  type Refusal,
  type RelayMessage,
  registerProofOffset,
  relayMacBytes,
  relayMacOffset,
  relayOffset,
  relayType,
} from '../wire/relay.ts';

export type Register = RelayMessage & { readonly kind: 'register' };

export function bytesOfRelay(message: RelayMessage): Uint8Array {
  const bytes = new Uint8Array(measureRelay(message));
  emitRelay(bytes, 0, message);
  return bytes;
}

const noMac = new Uint8Array(relayMacBytes);

/** `secret`: of the token. */
export function registerMessage(
  secret: Uint8Array,
  placeKey: Uint8Array,
  register: Omit<Register, 'kind' | 'mac' | 'proof'>,
): Uint8Array {
  const bytes = bytesOfRelay({ kind: 'register', ...register, mac: noMac, proof: noMac });
  withMac(secret, bytes);
  bytes.set(proofOfRegister(placeKey, bytes), registerProofOffset);
  return bytes;
}

/** The MAC is by the key of the place: to hold the token is not enough to tell a client where it is. */
export function registeredMessage(
  placeKey: Uint8Array,
  { timeUs }: Pick<Register, 'timeUs'>,
  observed: Endpoint,
  ticket: number,
): Uint8Array {
  return withMac(
    placeKey,
    bytesOfRelay({ kind: 'registered', observed, timeUs, ticket, mac: noMac }),
  );
}

function withMac(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  bytes.set(macOfRegister(key, bytes), relayMacOffset);
  return bytes;
}

/** Over all that stands before it, the type included: an answer is never taken for a question. */
export function macOfRegister(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return hmac(key, bytes.subarray(0, relayMacOffset)).subarray(0, relayMacBytes);
}

/** That who asks for the place of a client has the client's private key. */
export function proofOfRegister(placeKey: Uint8Array, bytes: Uint8Array): Uint8Array {
  return hmac(placeKey, bytes.subarray(0, registerProofOffset)).subarray(0, relayMacBytes);
}

/** What only who hears us at that endpoint can know; never 0, which says that there is none. */
export function ticketOf(secret: Uint8Array, client: number, { address, port }: Endpoint): number {
  const bytes = new Uint8Array(24);
  writeU48(bytes, 0, client);
  writeU16(bytes, 6, port);
  writeIp(bytes, 8, address);
  return readU48(hmac(secret, bytes), 0) || 1;
}

/** The same packet with its header rewritten: who it is from, and what proves that it is from us. */
export function deliverMessage(sent: Uint8Array, ticket: number, from: number): Uint8Array {
  const bytes = sent.slice();
  bytes[0] = relayType.deliver;
  bytes[relayOffset.flags] = 0;
  writeU48(bytes, relayOffset.ticket, ticket);
  writeU48(bytes, relayOffset.client, from);
  return bytes;
}

export function introduceMessage(
  endpoint: Endpoint,
  ticket: number,
  peer: number,
  leadNs: number,
  wayNs: number,
): Uint8Array {
  const [leadUs, wayUs] = [Math.round(leadNs / 1_000), Math.round(wayNs / 1_000)];
  return bytesOfRelay({ kind: 'introduce', endpoint, ticket, peer, leadUs, wayUs });
}

export function refusedMessage(reason: Refusal, ticket: number, to: number): Uint8Array {
  return bytesOfRelay({ kind: 'refused', reason, ticket, to });
}
