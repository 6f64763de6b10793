import test from 'ava';
import { tcpFlag } from '../../src/wire/tcp.ts';
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
import { makeTcp, makeUdp } from './nat-test-packets.ts';

const [host1, host2, server] = ['192.168.1.2:5000', '192.168.1.3:6000', '192.0.2.1:80'];
const [external1, external2] = [`${wan}:5000`, `${wan}:6000`];
const fullCone = { filtering: 'endpoint-independent', hairpin: true } as const;

function mapBoth(box: ReturnType<typeof createBox>): void {
  udpOut(box, 0, host1, server);
  udpOut(box, 0, host2, server);
}

test('a hairpinned packet shows the external source endpoint (RFC 4787 REQ-9a)', (t) => {
  const box = createBox(fullCone);
  mapBoth(box);
  const seen = passOutward(box, 1, makeUdp(host1, external2));
  t.deepEqual(seen, { from: external1, to: host2 });
  t.deepEqual(passOutward(box, 2, makeUdp(host2, external1)), { from: external2, to: host1 });
});

test('a box without hairpinning drops it and says so', (t) => {
  const box = createBox({ ...fullCone, hairpin: false });
  mapBoth(box);
  t.is(passOutward(box, 1, makeUdp(host1, external2)), undefined);
  t.deepEqual(dropReasons(box), ['no-hairpin']);
});

test('the filter holds for hairpinned packets too, until both sides have spoken', (t) => {
  const box = createBox({ hairpin: true, filtering: 'address-and-port-dependent' });
  mapBoth(box);
  t.is(passOutward(box, 1, makeUdp(host1, external2)), undefined);
  t.deepEqual(passOutward(box, 2, makeUdp(host2, external1)), { from: external2, to: host1 });
  t.deepEqual(passOutward(box, 3, makeUdp(host1, external2)), { from: external1, to: host2 });
});

test('a host that was never mapped gets a mapping by its first hairpinned packet', (t) => {
  const box = createBox(fullCone);
  udpOut(box, 0, host2, server);
  t.deepEqual(passOutward(box, 1, makeUdp(host1, external2)), { from: external1, to: host2 });
  t.is(udpIn(box, 2, '192.0.2.9:9', external1), host1);
});

test('TCP is turned back as well (RFC 5382 REQ-8)', (t) => {
  const box = createBox(fullCone);
  tcpOut(box, 0, host2, server, tcpFlag.syn);
  const opening = passOutward(box, 1, makeTcp(host1, external2, tcpFlag.syn));
  t.deepEqual(opening, { from: external1, to: host2 });
  const answer = passOutward(box, 2, makeTcp(host2, external1, tcpFlag.syn + tcpFlag.ack));
  t.deepEqual(answer, { from: external2, to: host1 });
});

test("a port of the box's address that no host has mapped is the box's own", (t) => {
  const box = createBox(fullCone);
  passOwn(box, 0, makeUdp(`${wan}:5353`, server));
  const packet = makeUdp(host1, `${wan}:5353`);
  const verdict = box.nat.beforeRouting(0, packet, 0, packet.length, 0);
  t.is(verdict, 'accept');
  t.deepEqual(packet, makeUdp(host1, `${wan}:5353`));
});
