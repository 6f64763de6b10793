/** System 8.5 at the relay: what it answers, and whom it lets in. */
import test from 'ava';
import type { Endpoint } from '../base/address.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { parseRelay, type RelayMessage, relayBytes } from '../wire/relay.ts';
import { clientOf, identityOf, tokenOf } from './identity.ts';
import { noLimits, type QuotaLimits } from './quota.ts';
import { advanceRelay, createRelay, type Relay, receiveAtRelay } from './relay.ts';
import { bytesOfRelay } from './relay-messages.ts';
import { endpointOf, registrationOf, relayKeys } from './testing-net.ts';

const token = tokenOf('lab');
const names = ['alice', 'bob', 'stranger'] as const;
const keysOf = new Map(
  names.map(identityOf).map((keys) => [clientOf(keys.publicKey), keys] as const),
);
const [alice, bob, stranger] = [...keysOf.keys()] as [number, number, number];
const [home, elsewhere] = [endpointOf('198.51.100.1'), endpointOf('198.51.100.2')];
const lifetimeNs = 60 * nsPerSecond;

function relayFor(limits: Partial<QuotaLimits>, mostClients = 100): Relay {
  const tokens = [{ ...token, ...noLimits, ...limits }];
  return createRelay({ tokens, keys: relayKeys, lifetimeNs, mostClients });
}

interface Answer {
  readonly to: Endpoint;
  readonly message: RelayMessage;
}

function hand(relay: Relay, nowNs: number, from: Endpoint, bytes: Uint8Array): Answer[] {
  const answers: Answer[] = [];
  const transmit = (_: number, to: Endpoint, answer: Uint8Array) => {
    answers.push({ to, message: parseRelay(answer, 0, answer.length) as RelayMessage });
  };
  receiveAtRelay(relay, nowNs, 0, from, bytes, { transmit, record: () => undefined });
  return answers;
}

/** The ticket that it was given; undefined: no answer. */
function register(
  relay: Relay,
  nowNs: number,
  client: number,
  from: Endpoint,
  ticket = 0,
): number | undefined {
  const told = { keys: keysOf.get(client)!, ticket, timeUs: nowNs / 1_000 + 1 };
  const [answer] = hand(relay, nowNs, from, registrationOf(told));
  return answer && (answer.message as RelayMessage & { kind: 'registered' }).ticket;
}

function send(relay: Relay, nowNs: number, from: Endpoint, ticket: number, to: number): Answer[] {
  const payload = new Uint8Array(0);
  return hand(
    relay,
    nowNs,
    from,
    bytesOfRelay({ kind: 'send', introduce: false, ticket, to, payload }),
  );
}

const refusedFor: readonly (readonly [string, Partial<QuotaLimits>, number])[] = [
  ['for a client that nobody knows', {}, stranger],
  ['over quota', { bytes: 0 }, bob],
];
for (const [name, limits, to] of refusedFor) {
  test(`system 8.5: what comes from elsewhere ${name} has one answer, no longer than it`, (t) => {
    const relay = relayFor(limits);
    const ticket = register(relay, 0, alice, home)!;
    register(relay, 0, bob, endpointOf('203.0.113.1'));
    // The second comes while the relay does not ask again.
    for (const [nowNs, reason] of [
      [nsPerMs, 'unknown-ticket'],
      [2 * nsPerMs, to === bob ? 'over-quota' : 'unknown-peer'],
    ] as const) {
      const answers = send(relay, nowNs, elsewhere, ticket, to);
      t.deepEqual(answers, [{ to: elsewhere, message: { kind: 'refused', reason, ticket, to } }]);
      t.is(relayBytes.refused, relayBytes.header);
    }
    const atHome = send(relay, 3 * nsPerMs, home, ticket, to);
    t.is(atHome.length, 1);
  });
}

test('system 8.5: who knows the ticket of an old place is not told that of the new one', (t) => {
  const relay = relayFor({});
  const old = register(relay, 0, alice, home)!;
  const fresh = register(relay, nsPerMs, alice, elsewhere)!;
  t.not(old, fresh);
  for (const nowNs of [2 * nsPerMs, 3 * nsPerMs]) {
    const [answer] = send(relay, nowNs, home, old, stranger);
    t.is((answer!.message as RelayMessage & { kind: 'refused' }).ticket, old);
  }
});

const limited: readonly (readonly [string, () => Relay])[] = [
  ['a token of two clients', () => relayFor({ clients: 2 })],
  ['a relay of two clients', () => relayFor({}, 2)],
];
for (const [name, create] of limited) {
  test(`system 8.5: ${name} admits no third until one of them is forgotten`, (t) => {
    const relay = create();
    const place = (client: number) =>
      endpointOf(`192.0.2.${[alice, bob, stranger].indexOf(client) + 1}`);
    const asks = (client: number, nowNs: number) => register(relay, nowNs, client, place(client));
    t.not(asks(alice, 0), undefined);
    t.not(asks(bob, 0), undefined);
    t.is(asks(stranger, 0), undefined);
    t.is(relay.clients.size, 2);
    // Who is in stays in, and one that is silent makes room.
    t.not(asks(bob, lifetimeNs), undefined);
    t.is(asks(stranger, lifetimeNs), undefined);
    advanceRelay(relay, lifetimeNs + 1);
    t.not(asks(stranger, lifetimeNs + 1), undefined);
    t.is(asks(alice, lifetimeNs + nsPerMs), undefined);
  });
}

test('control: without a limit all are admitted', (t) => {
  const relay = relayFor({});
  for (const client of [alice, bob, stranger]) t.not(register(relay, 0, client, home), undefined);
});
