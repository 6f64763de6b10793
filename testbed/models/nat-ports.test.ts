import test from 'ava';
import { tcpFlag } from '../../src/wire/tcp.ts';
import { reboot } from './nat.ts';
import {
  createBox,
  dropReasons,
  passOutward,
  passOwn,
  tcpOut,
  udpIn,
  udpOut,
  wan,
} from './nat-test-box.ts';
import { makeEcho, makeUdp } from './nat-test-packets.ts';

const [a, b] = ['192.0.2.1:80', '192.0.2.2:80'];
const [host1, host2] = ['192.168.1.2:5000', '192.168.1.3:5000'];
const symmetric = { mapping: 'address-and-port-dependent' } as const;

test('preserving keeps the inner port, and gives another only where it is taken', (t) => {
  const box = createBox({ ports: 'preserve' });
  t.is(udpOut(box, 0, host1, a), `${wan}:5000`);
  t.not(udpOut(box, 0, host2, a), `${wan}:5000`);
});

test('preserving stays within the range of the box', (t) => {
  const box = createBox({ ports: 'preserve', portRange: { first: 2_000, last: 2_000 } });
  t.is(udpOut(box, 0, host1, a), `${wan}:2000`);
});

test('sequential ports go up by one for each mapping, and wrap', (t) => {
  const portRange = { first: 4_000, last: 4_002 };
  const box = createBox({ ...symmetric, ports: 'sequential', portRange });
  const ports = [1, 2, 3].map((peer) => udpOut(box, 0, host1, `192.0.2.${peer}:80`));
  t.deepEqual(ports, [`${wan}:4000`, `${wan}:4001`, `${wan}:4002`]);
  const lateNs = 1_000e9;
  t.is(udpOut(box, lateNs, host1, a), `${wan}:4000`, 'the range is used again');
  t.is(udpOut(box, lateNs, host2, a), `${wan}:4001`);
});

test('random ports lie in the range, differ by seed and repeat with the same seed', (t) => {
  const portRange = { first: 10_000, last: 10_999 };
  const draw = (seed: number) => {
    const box = createBox({ ...symmetric, ports: 'random', portRange }, seed);
    return [1, 2, 3, 4].map((peer) =>
      Number(udpOut(box, 0, host1, `192.0.2.${peer}:80`)!.split(':')[1]),
    );
  };
  t.deepEqual(draw(1), draw(1));
  t.notDeepEqual(draw(1), draw(2));
  t.true(draw(1).every((port) => port >= 10_000 && port <= 10_999));
});

test('without overloading each flow has a port of its own, and the range can run out', (t) => {
  const box = createBox({ portRange: { first: 5_000, last: 5_001 }, ports: 'random' });
  const ports = [host1, host2].map((host) => udpOut(box, 0, host, a));
  t.deepEqual(ports.toSorted(), [`${wan}:5000`, `${wan}:5001`]);
  t.is(udpOut(box, 0, '192.168.1.4:5000', b), undefined);
  t.deepEqual(dropReasons(box), ['no-free-port']);
  t.true(box.records.some(({ kind }) => kind === 'nat.exhausted'));
});

test('with overloading two hosts share a port towards different peers, and each gets its answers', (t) => {
  const box = createBox({ overload: true });
  t.is(udpOut(box, 0, host1, a), `${wan}:5000`);
  t.is(udpOut(box, 0, host2, b), `${wan}:5000`);
  t.is(udpIn(box, 0, a, `${wan}:5000`), host1);
  t.is(udpIn(box, 0, b, `${wan}:5000`), host2);
});

test('an overloaded port is not shared towards the same peer', (t) => {
  const box = createBox({ overload: true });
  udpOut(box, 0, host1, a);
  udpOut(box, 0, host2, b);
  const other = udpOut(box, 0, host2, a)!;
  t.not(other, `${wan}:5000`);
  t.is(udpIn(box, 0, a, other), host2);
  t.is(udpOut(box, 0, host2, b), `${wan}:5000`, 'what stood before stays');
});

test('UDP, TCP and queries have ports of their own', (t) => {
  const box = createBox({ portRange: { first: 5_000, last: 5_000 } });
  t.is(udpOut(box, 0, host1, a), `${wan}:5000`);
  t.is(tcpOut(box, 0, host2, a, tcpFlag.syn), `${wan}:5000`);
  const echo = makeEcho('echo-request', '192.168.1.4', '192.0.2.1', 5_000);
  t.is(passOutward(box, 0, echo)?.from, `${wan}:5000`);
  t.is(udpOut(box, 0, host2, a), undefined, 'another UDP flow finds none');
});

test('a host keeps to one of several addresses (RFC 4787 REQ-2)', (t) => {
  const pool = ['198.51.100.1', '198.51.100.2'];
  const box = createBox({ ...symmetric }, 1, pool);
  const addressesOf = (host: string) =>
    new Set([1, 2, 3].map((peer) => udpOut(box, 0, host, `192.0.2.${peer}:80`)!.split(':')[0]));
  t.is(addressesOf(host1).size, 1);
  t.is(addressesOf(host2).size, 1);
  t.notDeepEqual(addressesOf(host1), addressesOf(host2));
});

test('the box keeps its own packets on the address that they have', (t) => {
  const pool = ['198.51.100.1', '198.51.100.2'];
  const box = createBox({}, 1, pool);
  for (const own of pool) t.is(passOwn(box, 0, makeUdp(`${own}:5353`, a))?.from, `${own}:5353`);
  t.is(udpIn(box, 1, a, `${pool[0]}:5353`), `${pool[0]}:5353`, 'and hears the answers');
  t.is(udpIn(box, 1, b, `${pool[0]}:5353`), undefined, 'and nobody else');
});

test('after a reboot nothing is mapped, and sequential ports begin anew', (t) => {
  const box = createBox({ ...symmetric, ports: 'sequential' });
  const before = udpOut(box, 0, host1, a)!;
  udpOut(box, 0, host1, b);
  reboot(box.nat, 1);
  t.is(udpIn(box, 2, a, before), undefined);
  t.is(udpOut(box, 3, host1, b), before);
  t.deepEqual(box.records.find(({ kind }) => kind === 'nat.rebooted')?.fields, { mappings: 2 });
});
