import test from 'ava';
import { formatIp, writeIp } from '../base/address.ts';
import { writeU16 } from '../base/bytes.ts';
import { nsPerSecond } from '../base/time.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { udpChecksum } from '../wire/udp.ts';
import { sendDatagram } from './datagram-output.ts';
import { bindDatagramSocket } from './datagram-sockets.ts';
import type { Middlebox, MiddleboxVerdict } from './middlebox.ts';
import { learnPathMtu } from './path-mtu.ts';
import { at, ip, pairAddress, payload, routedPair, run } from './testing-wire.ts';

interface Sight {
  readonly hook: 'before' | 'after';
  readonly bytes: number;
  readonly way: readonly (number | undefined)[];
}

/** Gives whatever leaves by interface 1 the address of that interface, and takes it back: all ports its own. */
function masquerade(verdict: (sight: Sight) => MiddleboxVerdict = () => 'accept') {
  const sights: Sight[] = [];
  const inside = ip(pairAddress[4].client);
  const outside = ip(pairAddress[4].far);
  const see = (sight: Sight) => {
    sights.push(sight);
    return verdict(sight);
  };
  const box: Middlebox = {
    beforeRouting(_nowNs, bytes, ipAt, end, arrivedOn) {
      const isUdp = bytes[ipAt]! >>> 4 === 4 && bytes[ipAt + ipv4Offset.protocol] === 17;
      if (isUdp && arrivedOn === 1) rewrite(bytes, ipAt, end, ipv4Offset.destination, inside);
      return see({ hook: 'before', bytes: end - ipAt, way: [arrivedOn] });
    },
    afterRouting(_nowNs, bytes, ipAt, end, arrivedOn, leavesBy) {
      const isUdp = bytes[ipAt]! >>> 4 === 4 && bytes[ipAt + ipv4Offset.protocol] === 17;
      if (isUdp && leavesBy === 1) rewrite(bytes, ipAt, end, ipv4Offset.source, outside);
      return see({ hook: 'after', bytes: end - ipAt, way: [arrivedOn, leavesBy] });
    },
  };
  return { box, sights };
}

function rewrite(
  bytes: Uint8Array,
  at: number,
  end: number,
  offset: number,
  to: ReturnType<typeof ip>,
) {
  writeIp(bytes, at + offset, to);
  writeU16(bytes, at + ipv4Offset.checksum, 0);
  writeU16(bytes, at + ipv4Offset.checksum, foldChecksum(sumWords(bytes, at, at + 20)));
  writeU16(bytes, at + 26, udpChecksum(bytes, at, at + 20, end));
}

function setUp(farMtuBytes = 1_500, verdict?: (sight: Sight) => MiddleboxVerdict) {
  const { box, sights } = masquerade(verdict);
  const pair = routedPair(farMtuBytes, box);
  const send = (bytes: number, options = {}, to: string = pairAddress[4].server, port = 5_000) =>
    sendDatagram(
      pair.client.machine,
      pair.net.nowNs,
      4,
      payload(bytes),
      at(to, port),
      options,
      pair.client.sink,
    );
  return { ...pair, sights, send };
}

test('a packet passes both hooks, and its answer too', (t) => {
  const { net, client, server, sights, send } = setUp();
  send(100);
  run(net, nsPerSecond);
  const { arrival } = server.datagrams[0]!;
  t.is(formatIp(arrival.source.address), '10.1.0.254');
  sendDatagram(server.machine, net.nowNs, 4, payload(50), arrival.source, {}, server.sink);
  run(net, nsPerSecond);
  t.deepEqual(client.datagrams[0]!.arrival.payload, payload(50));
  t.deepEqual(sights, [
    { hook: 'before', bytes: 128, way: [0] },
    { hook: 'after', bytes: 128, way: [0, 1] },
    { hook: 'before', bytes: 78, way: [1] },
    { hook: 'after', bytes: 78, way: [1, 0] },
  ]);
});

for (const hook of ['before', 'after'] as const) {
  test(`what the box drops ${hook} routing goes no further`, (t) => {
    const { net, client, server, sights, send } = setUp(1_500, (sight) =>
      sight.hook === hook ? 'drop' : 'accept',
    );
    send(100);
    run(net, nsPerSecond);
    t.is(sights.at(-1)!.hook, hook);
    t.is(server.datagrams.length, 0);
    t.deepEqual(client.errors, []);
  });
}

test('the box sees a whole datagram, and what came in pieces leaves in pieces no larger', (t) => {
  const { net, server, sights, far, send } = setUp();
  send(4_000);
  run(net, nsPerSecond);
  t.deepEqual(
    sights.map(({ bytes }) => bytes),
    [4_028, 4_028],
  );
  t.deepEqual(server.datagrams[0]!.arrival.payload, payload(4_000));
  const pieces = far.seen.filter(({ from, bytes }) => from === 'router' && bytes[23] === 17);
  t.deepEqual(
    pieces.map(({ bytes }) => bytes.length - 14),
    [1_500, 1_500, 1_068],
  );
});

test('pieces that came smaller than the next link leave as small as they came', (t) => {
  const { net, client, server, far, send } = setUp();
  learnPathMtu(
    client.machine,
    0,
    ip(pairAddress[4].server),
    { mtuBytes: 600, packetBytes: 1_500 },
    client.sink,
  );
  send(2_000);
  run(net, nsPerSecond);
  t.is(server.datagrams.length, 1);
  const pieces = far.seen.filter(({ from, bytes }) => from === 'router' && bytes[23] === 17);
  t.true(pieces.length === 4 && pieces.every(({ bytes }) => bytes.length - 14 <= 600));
});

test('an error of the box speaks of what the sender sent: the last hop, a packet too large', (t) => {
  for (const [options, bytes, kind] of [
    [{ ttl: 1 }, 10, 'time-exceeded'],
    [{ dontFragment: true }, 1_400, 'packet-too-big'],
  ] as const) {
    const { net, client, send } = setUp(600);
    send(bytes, options);
    run(net, nsPerSecond);
    t.is(client.errors.length, 1, kind);
    t.is(client.errors[0]!.arrival.kind, kind);
    t.deepEqual(client.errors[0]!.arrival.source, at(pairAddress[4].client, 4_000));
    t.deepEqual(client.errors[0]!.arrival.destination, at(pairAddress[4].server, 5_000));
  }
});

test('so it does when the next hop is found to be missing, though the packet was rewritten by then', (t) => {
  const { net, client, sights, send } = setUp();
  send(10, {}, '10.1.0.77');
  run(net, 5 * nsPerSecond);
  t.deepEqual(
    sights.map(({ hook }) => hook),
    ['before', 'after'],
    'and the error itself is not translated',
  );
  t.is(client.errors[0]!.arrival.kind, 'host-unreachable');
  t.deepEqual(client.errors[0]!.arrival.source, at(pairAddress[4].client, 4_000));
});

test('packets of the box itself pass the second hook, with no interface that they came from', (t) => {
  const { net, router, server, sights } = setUp();
  bindDatagramSocket(router.machine, 1, { family: 4, port: 7_000 });
  const to = at(pairAddress[4].server, 5_000);
  sendDatagram(router.machine, 0, 1, payload(10), to, {}, router.sink);
  run(net, nsPerSecond);
  t.deepEqual(sights, [{ hook: 'after', bytes: 38, way: [undefined, 1] }]);
  t.is(server.datagrams.length, 1);
});

test('a packet to the box itself passes the first hook only', (t) => {
  const { net, client, sights, send } = setUp();
  send(10, {}, pairAddress[4].far);
  run(net, nsPerSecond);
  t.deepEqual(
    sights.map(({ hook }) => hook),
    ['before'],
  );
  t.is(client.errors[0]!.arrival.kind, 'port-unreachable');
});

test('IPv6 passes the hooks as it is, fragments included', (t) => {
  const { net, client, server, sights } = setUp();
  const to = at(pairAddress[6].server, 5_000);
  sendDatagram(client.machine, 0, 6, payload(2_000), to, {}, client.sink);
  run(net, nsPerSecond);
  t.deepEqual(server.datagrams[0]!.arrival.payload, payload(2_000));
  t.deepEqual(
    sights.map(({ hook }) => hook),
    ['before', 'after', 'before', 'after'],
  );
  t.is(server.datagrams[0]!.arrival.source.address, ip(pairAddress[6].client));
});

test('a datagram that was cut for a host that is missing is spoken of once', (t) => {
  const { net, client, send } = setUp(600);
  send(1_400, {}, '10.1.0.77');
  run(net, 5 * nsPerSecond);
  t.is(client.errors.length, 1);
  t.deepEqual(client.errors[0]!.arrival.source, at(pairAddress[4].client, 4_000));
});
