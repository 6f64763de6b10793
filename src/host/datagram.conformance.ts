/** Datagram sockets between two neighbours. */
import type { Family } from '../base/address.ts';
import { FaultError } from '../base/errors.ts';
import {
  addressOf,
  type ConformanceCase,
  expectSoon,
  type HostPair,
  listen,
  payloadOf,
  textOf,
} from './pair.conformance.ts';

export const datagramCases: readonly ConformanceCase[] = [
  ...([4, 6] as const).flatMap((family) => [arrives(family), isAnswered(family)]),
  {
    title: 'a free port is given where none is asked for, each time another',
    check: async (t, pair) => {
      const sockets = Array.from({ length: 10 }, () => listen(pair.left.host, { family: 4 }));
      const ports = new Set(sockets.map(({ socket }) => socket.local.port));
      t.is(ports.size, 10);
      t.true([...ports].every((port) => port > 1_023 && port < 65_536));
    },
  },
  {
    title: 'a port that is taken, or an address of another node, is a fault',
    check: async (t, pair) => {
      const first = listen(pair.left.host, { family: 4, port: 7_000 });
      t.is(first.socket.local.port, 7_000);
      const again = () => listen(pair.left.host, { family: 4, port: 7_000 });
      t.is(t.throws(again, { instanceOf: FaultError })!.code, 'address-in-use');
      const foreign = () => listen(pair.left.host, { family: 4, address: pair.right.ipv4 });
      t.is(t.throws(foreign, { instanceOf: FaultError })!.code, 'not-our-address');
      first.socket.close();
      t.is(again().socket.local.port, 7_000);
    },
  },
  {
    title: 'a socket that is bound to an address hears only what was sent to it',
    check: async (t, pair) => {
      const other = otherIpv4(pair);
      const bound = listen(pair.right.host, { family: 4, address: other, port: 7_000 });
      const { socket } = listen(pair.left.host, { family: 4 });
      socket.send(payloadOf('cable'), { address: pair.right.ipv4, port: 7_000 });
      socket.send(payloadOf('other'), { address: other, port: 7_000 });
      await expectSoon(t, pair, () => bound.arrivals.length > 0, 'the datagram to its address');
      t.deepEqual(
        bound.arrivals.map(({ payload }) => textOf(payload)),
        ['other'],
      );
    },
  },
  {
    title: 'a datagram may be sent from another address of the node',
    check: async (t, pair) => {
      const heard = listen(pair.left.host, { family: 4, port: 7_000 });
      const { socket } = listen(pair.right.host, { family: 4 });
      const to = { address: pair.left.ipv4, port: 7_000 };
      t.is(socket.send(payloadOf('a'), to, { source: otherIpv4(pair) }), 'sent');
      await expectSoon(t, pair, () => heard.arrivals.length === 1, 'the datagram');
      t.deepEqual(heard.arrivals[0]!.from, { address: otherIpv4(pair), port: socket.local.port });
    },
  },
  {
    title: 'a datagram that is bound to an interface leaves by it',
    check: async (t, pair) => {
      const heard = listen(pair.right.host, { family: 4, port: 7_000 });
      const { socket } = listen(pair.left.host, { family: 4, interface: pair.left.interface });
      t.is(socket.send(payloadOf('a'), { address: pair.right.ipv4, port: 7_000 }), 'sent');
      await expectSoon(t, pair, () => heard.arrivals.length === 1, 'the datagram');
      t.is(heard.arrivals[0]!.from.address, pair.left.ipv4);
    },
  },
  {
    title: 'a datagram keeps the TTL that it was sent with',
    check: async (t, pair) => {
      const heard = listen(pair.right.host, { family: 4, port: 7_000 });
      const { socket } = listen(pair.left.host, { family: 4 });
      const to = { address: pair.right.ipv4, port: 7_000 };
      for (const ttl of [1, 7, 255]) socket.send(payloadOf('a'), to, { ttl });
      await expectSoon(t, pair, () => heard.arrivals.length === 3, 'three datagrams');
      t.deepEqual(
        heard.arrivals.map(({ ttl }) => ttl),
        [1, 7, 255],
      );
    },
  },
  {
    title: 'an empty datagram arrives, and one larger than the MTU arrives whole',
    check: async (t, pair) => {
      const heard = listen(pair.right.host, { family: 4, port: 7_000 });
      const { socket } = listen(pair.left.host, { family: 4 });
      const to = { address: pair.right.ipv4, port: 7_000 };
      const large = Uint8Array.from({ length: 4_000 }, (_, at) => at % 251);
      t.is(socket.send(new Uint8Array(0), to), 'sent');
      t.is(socket.send(large, to), 'sent');
      await expectSoon(t, pair, () => heard.arrivals.length === 2, 'both datagrams');
      t.deepEqual(heard.arrivals[0]!.payload, new Uint8Array(0));
      t.deepEqual(heard.arrivals[1]!.payload, large);
    },
  },
  {
    title: 'a sender may use its buffer again at once',
    check: async (t, pair) => {
      const heard = listen(pair.right.host, { family: 4, port: 7_000 });
      const { socket } = listen(pair.left.host, { family: 4 });
      const buffer = payloadOf('first');
      socket.send(buffer, { address: pair.right.ipv4, port: 7_000 });
      buffer.fill(0);
      await expectSoon(t, pair, () => heard.arrivals.length === 1, 'the datagram');
      t.is(textOf(heard.arrivals[0]!.payload), 'first');
    },
  },
  {
    title: 'many that leave in one go arrive each as it was, in the order of sending',
    check: async (t, pair) => {
      const heard = listen(pair.right.host, { family: 4, port: 7_000 });
      const { socket } = listen(pair.left.host, { family: 4 });
      const to = { address: pair.right.ipv4, port: 7_000 };
      // A neighbour that is not known yet has few frames held back for it.
      t.is(socket.send(payloadOf('first'), to), 'sent');
      await expectSoon(t, pair, () => heard.arrivals.length === 1, 'the first');
      const sizes = [...Array(70).fill(1_000), 10, 1_000, 1_000, 0, 1_472, 1_400, 1_400, 900, 901];
      const payloads = sizes.map((size, place) => new Uint8Array(size).fill(place));
      pair.left.host.clock.after(0, () => {
        t.true(payloads.every((payload) => socket.send(payload, to) === 'sent'));
      });
      await expectSoon(t, pair, () => heard.arrivals.length > sizes.length, 'all of them');
      t.deepEqual(
        heard.arrivals.slice(1).map(({ payload }) => payload),
        payloads,
      );
    },
  },
  {
    title: 'a datagram to an address of the node itself comes back, after send has returned',
    check: async (t, pair) => {
      const heard = listen(pair.left.host, { family: 4, port: 7_000 });
      const to = { address: pair.left.ipv4, port: 7_000 };
      t.is(heard.socket.send(payloadOf('self'), to), 'sent');
      t.is(heard.arrivals.length, 0, 'received() was called inside send()');
      await expectSoon(t, pair, () => heard.arrivals.length === 1, 'the datagram');
      t.deepEqual(heard.arrivals[0]!.from, to);
    },
  },
  {
    title: 'a closed socket neither sends nor hears, and may be closed twice',
    check: async (t, pair) => {
      const closed = listen(pair.right.host, { family: 4, port: 7_000 });
      const open = listen(pair.right.host, { family: 4, port: 7_001 });
      const { socket } = listen(pair.left.host, { family: 4 });
      closed.socket.close();
      closed.socket.close();
      for (const port of [7_000, 7_001]) {
        socket.send(payloadOf('a'), { address: pair.right.ipv4, port });
      }
      await expectSoon(t, pair, () => open.arrivals.length === 1, 'what came after');
      t.is(closed.arrivals.length, 0);
      t.is(closed.socket.send(payloadOf('a'), open.arrivals[0]!.from), 'closed');
    },
  },
];

function arrives(family: Family): ConformanceCase {
  return {
    title: `a datagram arrives with where it came from and went to, over IPv${family}`,
    check: async (t, pair) => {
      const { left, right } = pair;
      const heard = listen(right.host, { family, port: 7_000 });
      const { socket } = listen(left.host, { family, port: 7_100 });
      const to = { address: addressOf(right, family), port: 7_000 };
      t.is(socket.send(payloadOf('hello'), to), 'sent');
      await expectSoon(t, pair, () => heard.arrivals.length === 1, 'the datagram');
      const { ttl, payload, ...rest } = heard.arrivals[0]!;
      t.is(textOf(payload), 'hello');
      t.true(ttl > 1);
      const from = { address: addressOf(left, family), port: 7_100 };
      t.deepEqual(rest, { from, to, interface: right.interface });
    },
  };
}

function isAnswered(family: Family): ConformanceCase {
  return {
    title: `an answer to where a datagram came from arrives, over IPv${family}`,
    check: async (t, pair) => {
      const asker = listen(pair.left.host, { family });
      const answerer = pair.right.host.openDatagramSocket(
        { family, port: 7_000 },
        { received: ({ from, payload }) => void answerer.send(payload, from) },
      );
      asker.socket.send(payloadOf('ping'), {
        address: addressOf(pair.right, family),
        port: 7_000,
      });
      await expectSoon(t, pair, () => asker.arrivals.length === 1, 'the answer');
      t.is(textOf(asker.arrivals[0]!.payload), 'ping');
    },
  };
}

/** Right's address on the link that leads beyond. */
function otherIpv4(pair: HostPair) {
  const others = pair.right.host.interfaces
    .list()
    .filter(({ name }) => name !== pair.right.interface)
    .flatMap(({ addresses }) => addresses.map(({ address }) => address))
    .filter((address) => typeof address === 'number' && address >>> 24 !== 127);
  return others[0]!;
}
