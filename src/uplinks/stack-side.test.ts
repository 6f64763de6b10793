import test from 'ava';
import { parseIp } from '../base/address.ts';
import type { Change } from './change-message.ts';
import {
  chooseMechanism,
  chooseOwnMechanism,
  forbidden,
  mechanismTable,
  meetsClaim,
} from './mechanisms.ts';
import {
  formatSocket,
  mapIp,
  parseSocket,
  type SocketIdentity,
  unmapIp,
} from './socket-identity.ts';
import { handleChange, type StackGround } from './stack-side.ts';

const wifi = parseIp('10.1.0.1')!;
const lte = parseIp('10.2.0.1')!;

interface Description {
  readonly inode: number;
  address: typeof wifi;
}

/** Processes by number, each with its sockets; 0 is our own. */
class Ground implements StackGround<Description> {
  readonly visited: number[] = [];
  readonly hints: (number | undefined)[] = [];
  released = 0;
  readonly held: Readonly<Record<number, readonly Description[]>>;

  constructor(held: Readonly<Record<number, readonly Description[]>>) {
    this.held = held;
  }

  isOurs(address: Change['address']): boolean {
    return address === wifi || address === lte;
  }

  findHere(socket: SocketIdentity): Description | undefined {
    return this.held[0]?.find(({ inode }) => inode === socket.inode);
  }

  *otherProcesses(likely: number): Iterable<number> {
    const others = Object.keys(this.held)
      .map(Number)
      .filter((pid) => pid !== 0);
    yield* [likely, ...others.filter((pid) => pid !== likely)].filter((pid) => pid !== 0);
  }

  findIn(process: number, socket: SocketIdentity, likely?: number): Description | undefined {
    this.visited.push(process);
    this.hints.push(likely);
    return this.held[process]?.find(({ inode }) => inode === socket.inode);
  }

  apply(description: Description, { address }: Change) {
    const before = { address: description.address, port: 9 };
    description.address = address;
    const mechanism = 'udp-connected-free-port';
    return { result: 'moved', mechanism, before, after: { address, port: 9 } } as const;
  }

  release(): void {
    this.released += 1;
  }
}

function changeOf(inode: number, process = 0, address = lte): Change {
  const socket = { family: 4, protocol: 'udp', inode, cookie: 1 } as const;
  return {
    kind: 'change',
    order: 3,
    action: 'move',
    socket,
    holder: { process, descriptor: 21 },
    address,
  };
}

function run(ground: Ground, change: Change) {
  const records: [string, object][] = [];
  const record = (kind: string, fields: object) => void records.push([kind, fields]);
  return { outcome: handleChange(ground, change, { record }), records };
}

test('system 1.2: a socket of the current process is found there, and no other process is visited', (t) => {
  const ground = new Ground({ 0: [{ inode: 5, address: wifi }], 8: [] });
  const { outcome, records } = run(ground, changeOf(5));
  t.like(outcome, { result: 'moved', place: 'current', visited: 0 });
  t.deepEqual(ground.visited, []);
  t.deepEqual(
    records.map(([kind]) => kind),
    ['links.found', 'links.source-changed'],
  );
  t.like(records[0]![1], { where: 'current', visited: 0 });
  t.like(records[1]![1], { old: '10.1.0.1:9', new: '10.2.0.1:9', meetsClaim: true });
  t.is(ground.released, 1);
});

test('system 1.2: else all processes of the system are gone through until it is found', (t) => {
  const ground = new Ground({ 8: [], 9: [{ inode: 5, address: wifi }], 10: [] });
  const { outcome } = run(ground, changeOf(5));
  t.like(outcome, { result: 'moved', place: 'traversed', visited: 2 });
  const again = run(ground, changeOf(5, 9)).outcome;
  t.like(again, { place: 'traversed', visited: 1 }, 'who was seen to hold it comes first');
  t.deepEqual(ground.hints, [undefined, undefined, 21], 'and is asked for what it held it as');
});

test('system 1.2: an unknown socket is a named error and changes nothing', (t) => {
  const description = { inode: 5, address: wifi };
  const ground = new Ground({ 0: [], 8: [description] });
  const { outcome, records } = run(ground, changeOf(6));
  t.like(outcome, { result: 'unknown-socket', place: 'nowhere', visited: 1 });
  t.is(description.address, wifi);
  t.deepEqual(
    records.map(([kind]) => kind),
    ['links.refused'],
  );
});

test('system 1.2: a foreign address is a named error and changes nothing', (t) => {
  const description = { inode: 5, address: wifi };
  const ground = new Ground({ 0: [description] });
  const { outcome } = run(ground, changeOf(5, 0, parseIp('192.0.2.9')!));
  t.like(outcome, { result: 'foreign-address', visited: 0 });
  t.is(description.address, wifi);
});

test('system 1.7: each kind of socket has its row, and path only never counts as moved', (t) => {
  const facts = { hasOwnAddress: false, hasOwnPort: false } as const;
  const cases = [
    [{ ...facts, protocol: 'udp', standing: 'connected' }, 'udp-connected-free-port', true],
    [
      { ...facts, protocol: 'udp', standing: 'connected', hasOwnPort: true },
      ...(['udp-connected-own-port', false] as const),
    ],
    [{ ...facts, protocol: 'udp', standing: 'unconnected' }, 'udp-unconnected-free-port', true],
    [
      { ...facts, protocol: 'udp', standing: 'unconnected', hasOwnPort: true },
      ...(['udp-unconnected-own-port', false] as const),
    ],
    [
      { protocol: 'udp', standing: 'unconnected', hasOwnPort: true, hasOwnAddress: true },
      ...(['udp-unconnected-own-address', false] as const),
    ],
    [{ ...facts, protocol: 'tcp', standing: 'connected' }, 'tcp-established', false],
    [{ ...facts, protocol: 'tcp', standing: 'listening' }, 'tcp-listening', false],
    [{ ...facts, protocol: 'mptcp', standing: 'connected' }, 'mptcp-connected', true],
  ] as const;
  for (const [one, id, meets] of cases) {
    t.is(chooseMechanism(one), id);
    t.is(meetsClaim(mechanismTable.find((row) => row.id === id)!), meets, id);
  }
  t.is(chooseOwnMechanism({ ...facts, protocol: 'udp', standing: 'connected' }), 'own-udp');
  t.is(
    chooseOwnMechanism({ ...facts, protocol: 'tcp', standing: 'unconnected' }),
    'own-tcp-unconnected',
  );
  t.is(chooseOwnMechanism({ ...facts, protocol: 'mptcp', standing: 'connected' }), 'own-mptcp');
});

test('what kills a connection is in the table of what is never done, and in no row of what is', (t) => {
  t.true(forbidden.length >= 3);
  const device = mechanismTable.filter(({ mechanism }) => mechanism === 'device');
  t.deepEqual(
    device.map(({ id }) => id),
    ['udp-unconnected-own-port'],
  );
});

test('sockets have names that a user can type', (t) => {
  t.deepEqual(parseSocket('mptcp6:17'), { protocol: 'mptcp', family: 6, inode: 17 });
  t.is(formatSocket({ protocol: 'udp', family: 4, inode: 3, cookie: 1 }), 'udp4:3');
  for (const text of ['udp:3', 'udp5:3', 'udp4:', 'udp4:x', 'x'])
    t.is(parseSocket(text), undefined);
  t.is(unmapIp(mapIp(lte)), lte);
  t.is(unmapIp(parseIp('::ffff:10.2.0.1')!), lte);
});
