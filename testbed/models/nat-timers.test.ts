import test from 'ava';
import { tcpFlag } from '../../src/wire/tcp.ts';
import { listMappings } from './nat.ts';
import { createBox, tcpIn, tcpOut, udpIn, udpOut, wan } from './nat-test-box.ts';
import { nextPhase, type TcpPhase } from './nat-timers.ts';

const timers = {
  udpNs: 100,
  tcpTransitoryNs: 1_000,
  tcpEstablishedNs: 50_000,
  icmpNs: 60,
};
const [inner, peer, external] = ['192.168.1.2:5000', '192.0.2.1:80', `${wan}:5000`];
const { syn, ack, fin, rst } = tcpFlag;

test('a mapping ends when its timer does, not a nanosecond sooner', (t) => {
  for (const [atNs, expected] of [
    [99, inner],
    [100, undefined],
  ] as const) {
    const box = createBox({ timers });
    udpOut(box, 0, inner, peer);
    t.is(udpIn(box, atNs, peer, external), expected);
  }
});

test('an outbound packet restarts the timer (RFC 4787 REQ-6)', (t) => {
  const box = createBox({ timers });
  udpOut(box, 0, inner, peer);
  udpOut(box, 90, inner, peer);
  t.is(udpIn(box, 189, peer, external), inner);
  t.is(udpIn(box, 190, peer, external), undefined);
});

test('an inbound packet restarts it only where the box says so (RFC 4787 REQ-6a)', (t) => {
  for (const refreshInbound of [true, false]) {
    const box = createBox({ timers, refreshInbound });
    udpOut(box, 0, inner, peer);
    udpIn(box, 90, peer, external);
    t.is(udpIn(box, 150, peer, external), refreshInbound ? inner : undefined);
  }
});

test('one peer keeps the mapping alive; the filter forgets the other in time', (t) => {
  const box = createBox({ timers });
  const silent = '192.0.2.9:80';
  udpOut(box, 0, inner, silent);
  udpOut(box, 90, inner, peer);
  t.is(udpIn(box, 120, peer, external), inner);
  t.is(udpIn(box, 120, silent, external), undefined);
  t.is(udpOut(box, 130, inner, silent), external, 'the mapping is the same');
});

test('an ended mapping is told, with the time at which it ended', (t) => {
  const box = createBox({ timers });
  udpOut(box, 0, inner, peer);
  udpOut(box, 500, inner, peer);
  const expired = box.records.filter(({ kind }) => kind === 'nat.expired');
  t.deepEqual(
    expired.map(({ fields }) => [fields['internal'], fields['expiredNs']]),
    [[inner, 100]],
  );
});

test('the list holds what is alive, and the table forgets what is not', (t) => {
  const box = createBox({ timers, ports: 'sequential' });
  for (let port = 1_024; port < 3_024; port++) udpOut(box, port * 10, `192.168.1.2:${port}`, peer);
  t.is(listMappings(box.nat, 30_230).length, 10);
  t.true(box.nat.state.table.externals.size < 300);
  t.true(box.nat.state.table.internals.size < 300);
});

test('a TCP connection is transitory until both have sent SYN, then established', (t) => {
  const box = createBox({ timers });
  t.is(tcpOut(box, 0, inner, peer, syn), external);
  t.is(tcpIn(box, 999, peer, external, syn + ack), inner);
  t.is(tcpIn(box, 50_998, peer, external, ack), inner, 'RFC 5382 REQ-5');

  const unanswered = createBox({ timers });
  tcpOut(unanswered, 0, inner, peer, syn);
  t.is(tcpIn(unanswered, 1_000, peer, external, syn + ack), undefined);
});

test('after FIN from both sides the connection is transitory', (t) => {
  const box = createBox({ timers });
  establish(box);
  tcpOut(box, 10, inner, peer, fin + ack);
  t.is(tcpIn(box, 5_000, peer, external, ack), inner, 'half closed, data may still come');
  tcpIn(box, 5_001, peer, external, fin + ack);
  t.is(tcpIn(box, 6_000, peer, external, ack), inner);
  t.is(tcpIn(box, 6_001, peer, external, ack), undefined);
});

test('a reset is passed on and leaves the session its transitory time (RFC 7857 2.2)', (t) => {
  const box = createBox({ timers });
  establish(box);
  t.is(tcpIn(box, 10, peer, external, rst), inner);
  t.is(tcpOut(box, 900, inner, peer, rst), external, 'a reset does not restart it (RFC 7857 8)');
  t.is(tcpIn(box, 1_010, peer, external, ack), undefined);
});

test('a reset that was not believed does not end the connection', (t) => {
  const box = createBox({ timers });
  establish(box);
  tcpIn(box, 10, peer, external, rst);
  tcpOut(box, 20, inner, peer, ack);
  t.is(tcpIn(box, 40_000, peer, external, ack), inner);
});

test('both may open at once (RFC 5382 REQ-2a)', (t) => {
  const box = createBox({ timers });
  tcpOut(box, 0, inner, peer, syn);
  t.is(tcpIn(box, 1, peer, external, syn), inner);
  t.is(tcpOut(box, 2, inner, peer, syn + ack), external);
  t.is(tcpIn(box, 40_000, peer, external, ack), inner);
});

const open = { timers, filtering: 'endpoint-independent' } as const;
const stranger = '192.0.2.7:9';

test('a connection from outside that the filter lets in is established once the inside answers', (t) => {
  const box = createBox(open);
  establish(box);
  t.is(tcpIn(box, 10, stranger, external, syn), inner);
  t.is(tcpOut(box, 20, inner, stranger, syn + ack), external);
  t.is(tcpIn(box, 50_010, stranger, external, ack), inner, 'the first one has ended by now');
});

test('segments of a stranger keep nothing alive', (t) => {
  const box = createBox(open);
  establish(box);
  for (const atNs of [40_000, 40_001, 40_002]) tcpIn(box, atNs, stranger, external, ack);
  t.is(tcpIn(box, 50_002, stranger, external, ack), undefined);
});

test('a connection from outside that the inside does not answer is forgotten', (t) => {
  for (const [atNs, isAnswer] of [
    [1_009, true],
    [1_010, false],
  ] as const) {
    const box = createBox({ ...open, mapping: 'address-and-port-dependent' });
    establish(box);
    tcpIn(box, 10, stranger, external, syn);
    t.is(tcpOut(box, atNs, inner, stranger, syn + ack) === external, isAnswer);
  }
});

test('a port that is used again right after its connection ended gets its full time', (t) => {
  const box = createBox({ timers });
  establish(box);
  tcpOut(box, 10, inner, peer, fin + ack);
  tcpIn(box, 11, peer, external, fin + ack);
  tcpOut(box, 20, inner, peer, syn);
  tcpIn(box, 21, peer, external, syn + ack);
  t.is(tcpIn(box, 40_000, peer, external, ack), inner);
});

test('a stray reset opens nothing', (t) => {
  const box = createBox({ timers });
  t.is(tcpOut(box, 0, inner, peer, rst), undefined);
  t.deepEqual(listMappings(box.nat, 0), []);
});

test('the phases are those of RFC 6146 3.5.2.2', (t) => {
  const table: [TcpPhase, 'inside' | 'outside', number, TcpPhase][] = [
    ['new', 'inside', syn, 'init-inside'],
    ['new', 'outside', syn, 'init-outside'],
    ['new', 'inside', ack, 'trans'],
    ['init-inside', 'inside', syn, 'init-inside'],
    ['init-inside', 'outside', syn + ack, 'established'],
    ['init-outside', 'inside', syn + ack, 'established'],
    ['init-outside', 'outside', syn, 'init-outside'],
    ['established', 'inside', fin, 'fin-inside'],
    ['established', 'outside', fin, 'fin-outside'],
    ['established', 'outside', rst, 'trans'],
    ['fin-inside', 'inside', fin, 'fin-inside'],
    ['fin-inside', 'outside', fin, 'fin-both'],
    ['fin-outside', 'inside', fin, 'fin-both'],
    ['fin-both', 'inside', ack, 'fin-both'],
    ['trans', 'inside', rst, 'trans'],
    ['trans', 'outside', ack, 'established'],
  ];
  for (const [phase, side, flags, next] of table) {
    t.is(nextPhase(phase, side === 'inside', flags), next, `${phase} ${side} ${flags}`);
  }
});

function establish(box: ReturnType<typeof createBox>): void {
  tcpOut(box, 0, inner, peer, syn);
  tcpIn(box, 1, peer, external, syn + ack);
  tcpOut(box, 2, inner, peer, ack);
}
