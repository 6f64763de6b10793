import test from 'ava';
import { parseIp } from '../../base/address.ts';
import type { Mac } from '../../base/mac.ts';
import { parsePrefix } from '../../base/prefix.ts';
import type { LeaseWish } from '../own/messages.ts';
import type { ClaimedPort } from '../own/process-wires.ts';
import { LeaseTable, type LeaseWires } from './leases.ts';
import { createNodeMachine } from './node-machine.ts';

const mostClaims = 5;

/** What the rings have been told, by lease. */
class HeardClaims {
  readonly mostClaims = mostClaims;
  readonly standing = new Map<number, ClaimedPort>();

  claim(lease: number, claim: ClaimedPort['claim'], interfaceIndex: number | undefined): void {
    this.standing.set(lease, { claim, interfaceIndex });
  }

  unclaim(lease: number): void {
    this.standing.delete(lease);
  }
}

function createTable(heard: LeaseWires = new HeardClaims()) {
  const interfaceOf = (name: string, address: string) => ({
    name,
    device: name,
    mac: 0x0200_0000_0001 as Mac,
    mtuBytes: 1_500,
    addresses: [parsePrefix(address)!],
  });
  const interfaces = [interfaceOf('wifi', '10.0.0.1/24'), interfaceOf('lte', '10.1.0.1/24')];
  const order = { node: 'phone', seed: 1, forwards: false, interfaces, routes: [] };
  return new LeaseTable<string>(createNodeMachine(order, 'test'), heard);
}

const wish: LeaseWish = { protocol: 'udp', port: 7_000, family: 4, takes: 'datagrams' };

function take(table: LeaseTable<string>, owner: string, more: Partial<LeaseWish> = {}) {
  const taken = table.take(owner, { ...wish, ...more });
  return typeof taken === 'string' ? taken : 'taken';
}

const pairs: readonly (readonly [title: string, second: Partial<LeaseWish>, outcome: string])[] = [
  ['the same port again', {}, 'address-in-use'],
  [
    'an address of a port of which all are taken',
    { address: parseIp('10.0.0.1')! },
    'address-in-use',
  ],
  ['an interface of a port of which all are taken', { interface: 'lte' }, 'address-in-use'],
  ['the other protocol', { protocol: 'tcp' }, 'taken'],
  ['the other family', { family: 6 }, 'taken'],
  ['another port', { port: 7_001 }, 'taken'],
  [
    'an address outside of the node',
    { port: 7_001, address: parseIp('10.2.0.1')! },
    'not-our-address',
  ],
  ['an interface that there is not', { port: 7_001, interface: 'dsl' }, 'no-such-interface'],
];

for (const [title, second, outcome] of pairs) {
  test(`where one has a port, a lease of ${title} is: ${outcome}`, (t) => {
    const table = createTable();
    t.is(take(table, 'one'), 'taken');
    t.is(take(table, 'other', second), outcome);
  });
}

test('one port of two addresses may have two owners', (t) => {
  const table = createTable();
  t.is(take(table, 'one', { address: parseIp('10.0.0.1')! }), 'taken');
  t.is(take(table, 'other', { address: parseIp('10.1.0.1')! }), 'taken');
});

test('a lease ends by its owner, and by nobody else', (t) => {
  const table = createTable();
  const { lease } = table.take('one', wish) as { lease: number };
  table.release('other', lease);
  t.is(take(table, 'other'), 'address-in-use');
  table.release('one', lease);
  t.is(take(table, 'other'), 'taken');
});

test('all leases of an owner end at once, and those of others stay', (t) => {
  const table = createTable();
  for (const protocol of ['udp', 'tcp'] as const) take(table, 'one', { protocol });
  take(table, 'other', { port: 7_001 });
  table.releaseAllOf('one');
  t.is(take(table, 'next'), 'taken');
  t.is(take(table, 'next', { protocol: 'tcp' }), 'taken');
  t.is(take(table, 'next', { port: 7_001 }), 'address-in-use');
});

test('who asks for any port gets one that is free', (t) => {
  const table = createTable();
  const ports = Array.from({ length: mostClaims }, () => table.take('one', { ...wish, port: 0 }));
  const numbers = ports.map((one) => (one as { local: { port: number } }).local.port);
  t.is(new Set(numbers).size, mostClaims);
});

test('claims are of the interface that the lease is of, and stand for as long as it', (t) => {
  const heard = new HeardClaims();
  const table = createTable(heard);
  take(table, 'one', { interface: 'wifi' });
  take(table, 'one', { port: 7_001, address: parseIp('10.1.0.1')! });
  const own = { protocol: 'udp', family: 4 } as const;
  const everywhere = { ...own, port: 7_001, address: parseIp('10.1.0.1')! };
  t.deepEqual(
    [...heard.standing.values()],
    [
      { claim: { ...own, port: 7_000 }, interfaceIndex: 0 },
      { claim: everywhere, interfaceIndex: undefined },
    ],
  );
  table.releaseAllOf('one');
  t.is(heard.standing.size, 0);
});

test('there are no more leases than rings can tell apart', (t) => {
  const table = createTable();
  for (let n = 0; n < mostClaims; n++) t.is(take(table, 'one', { port: 1_000 + n }), 'taken');
  t.is(take(table, 'one', { port: 999 }), 'too-many-leases');
});
