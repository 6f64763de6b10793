/** What an idle client costs a relay: it may have many thousands. */
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import type { Endpoint, Ipv4 } from '../base/address.ts';
import { writeU32 } from '../base/bytes.ts';
import { nsPerSecond } from '../base/time.ts';
import { parseRelay, type RelayMessage } from '../wire/relay.ts';
import { clientOf, tokenOf } from './identity.ts';
import { placeKeyOf } from './place-key.ts';
import { noLimits } from './quota.ts';
import { advanceRelay, createRelay, type Relay, receiveAtRelay } from './relay.ts';
import { bytesOfRelay, registerMessage } from './relay-messages.ts';
import { relayKeys } from './testing-net.ts';

const token = tokenOf('lab');
/** A relay of 128 MiB is to hold a hundred thousand, with half of it left for what is on its way. */
const mostBytesAClient = 640;
const count = 8_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapBytes(): number {
  for (let round = 0; round < 4; round++) collect();
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
}

function emptyRelay(): Relay {
  const tokens = [{ ...token, ...noLimits, clients: count }];
  return createRelay({ tokens, keys: relayKeys, lifetimeNs: 60 * nsPerSecond, mostClients: count });
}

function placeOf(n: number): Endpoint {
  return { address: (0x0a00_0000 + n) as Ipv4, port: 1_024 + (n % 60_000) };
}

/** Asks twice, as a client does: the second time with the ticket that it was given. */
function registerAll(relay: Relay, first: number): void {
  let ticket = 0;
  const sink = {
    transmit: (_: number, __: Endpoint, bytes: Uint8Array) => {
      ticket = (parseRelay(bytes, 0, bytes.length) as RelayMessage & { ticket: number }).ticket;
    },
    record: () => undefined,
  };
  for (let n = first; n < first + count; n++) {
    ticket = 0;
    const publicKey = publicKeyOf(n);
    const placeKey = agreedWith(n, publicKey);
    const client = clientOf(publicKey);
    for (const timeUs of [1, 2]) {
      const told = { token: token.id, client, publicKey, ticket, timeUs, rttUs: 0, probe: false };
      const bytes = registerMessage(token.secret, placeKey, told);
      receiveAtRelay(relay, 0, 0, placeOf(n), bytes, sink);
    }
  }
}

const agreed = new Map<number, Uint8Array>();

/** Once for each client: it is what takes time. */
function agreedWith(n: number, publicKey: Uint8Array): Uint8Array {
  const key = agreed.get(n) ?? placeKeyOf(relayKeys, publicKey)!;
  agreed.set(n, key);
  return key;
}

/** Any 32 bytes are a key of Curve25519: the private one is not needed here, as the relay's comes to the same. */
function publicKeyOf(n: number): Uint8Array {
  const bytes = new Uint8Array(32);
  writeU32(bytes, 0, n);
  // Apart from the few numbers of which no secret comes.
  bytes[31] = 0x40;
  return bytes;
}

const silent = { transmit: () => undefined, record: () => undefined };

function sendMessage(ticket: number, to: number): Uint8Array {
  return bytesOfRelay({ kind: 'send', introduce: false, ticket, to, payload: new Uint8Array(1) });
}

test(`${count} idle clients cost a relay at most ${mostBytesAClient} bytes each`, (t) => {
  const relay = emptyRelay();
  registerAll(emptyRelay(), 1);
  const before = heapBytes();
  registerAll(relay, 1);
  const each = (heapBytes() - before) / count;
  t.is(relay.clients.size, count);
  t.log(`${each.toFixed(0)} bytes a client`);
  t.true(each <= mostBytesAClient, `${each} bytes a client`);
});

test('who was forgotten costs nothing any more', (t) => {
  const relay = emptyRelay();
  registerAll(relay, 1);
  const one = relay.clients.get(clientOf(publicKeyOf(1)))!;
  const talk = sendMessage(one.ticket, clientOf(publicKeyOf(2)));
  receiveAtRelay(relay, 0, 0, one.endpoint, talk, silent);
  t.is(one.quota.peers.size, 1);
  advanceRelay(relay, 61 * nsPerSecond);
  t.is(relay.clients.size + relay.byTicket.size + one.quota.peers.size, 0);
  registerAll(relay, 1 + count);
  t.is(relay.clients.size, count);
});
