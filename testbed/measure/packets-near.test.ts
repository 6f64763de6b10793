import test from 'ava';
import { hexOf } from '../../src/base/bytes.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import type { PlannedLink } from '../plan/plan.ts';
import { packetsNear } from './packets-near.ts';
import { tellStory } from './tell-story.ts';
import { contextOf, openedAt, recordAt } from './testing-records.ts';

const links = [
  { name: 'wifi', ends: [{ node: 'phone' }, { node: 'home' }] },
  { name: 'wan', ends: [{ node: 'home' }, { node: 'server' }] },
] as unknown as readonly PlannedLink[];

/** Ethernet, IPv4 and TCP from 10.0.0.1:4000 to 10.0.0.2:80, as RFC 791 and RFC 9293 lay them out. */
function segment(sequence: number, payloadBytes: number, flags = '10'): string {
  const totalLength = (40 + payloadBytes).toString(16).padStart(4, '0');
  const ip = `4500${totalLength}000040004006${'0000'}0a0000010a000002`;
  const tcp = `0fa00050${sequence.toString(16).padStart(8, '0')}${'70000101'}50${flags}ffff00000000`;
  return `${'02'.repeat(12)}0800${ip}${tcp}${'aa'.repeat(Math.min(payloadBytes, 8))}`;
}

type Sight = readonly [atMs: number, node: string, link: string, way: string, head: string];

function seenAt(...sights: readonly Sight[]): TraceRecord {
  const column = <At extends 1 | 2 | 3 | 4>(at: At) => sights.map((one) => one[at]);
  return recordAt(0, 'lab', 'link.packets', {
    about: 'start',
    momentNs: 0,
    atNs: sights.map(([atMs]) => atMs * 1e6),
    node: column(1),
    link: column(2),
    way: column(3),
    bytes: sights.map(() => 60),
    head: column(4),
  });
}

const one = segment(0x1000, 100);
const two = segment(0x1064, 100);

test('a packet is followed link by link, with its place in the stream', (t) => {
  const record = seenAt(
    [1, 'phone', 'wifi', 'outbound', one],
    [2, 'phone', 'wifi', 'outbound', two],
    [11, 'home', 'wifi', 'inbound', one],
    [11, 'home', 'wan', 'outbound', one],
    [12, 'home', 'wifi', 'inbound', two],
    [16, 'server', 'wan', 'inbound', one],
  );
  t.deepEqual(
    packetsNear([record], { links }).map((seen) => [
      ...[seen.text, seen.from, seen.to],
      ...[seen.sentNs! / 1e6, seen.arrivedNs! / 1e6],
    ]),
    [
      ['100 B at +0', 'phone', 'home', 1, 11],
      ['100 B at +100', 'phone', 'home', 2, 12],
      ['100 B at +0', 'home', 'server', 11, 16],
    ],
  );
});

test('what is dropped does not arrive; what was still under way is left out', (t) => {
  const record = seenAt(
    [1, 'phone', 'wifi', 'outbound', one],
    [2, 'phone', 'wifi', 'outbound', two],
    [3, 'home', 'wifi', 'inbound', segment(0x1064, 0)],
  );
  const dropAt = (atMs: number) =>
    recordAt(atMs, 'lab', 'link.dropped', { link: 'wifi', toward: 'home', bytes: 60 });
  const seen = packetsNear([record, dropAt(1), dropAt(50)], { links });
  t.deepEqual(
    seen.map(({ sentNs, arrivedNs }) => [sentNs, arrivedNs]),
    [
      [1e6, undefined],
      [undefined, 3e6],
    ],
  );
});

test('what a full queue refuses is told by its time from what is lost on the way', (t) => {
  const record = seenAt(
    [1, 'phone', 'wifi', 'outbound', one],
    [2, 'phone', 'wifi', 'outbound', two],
    [9, 'phone', 'wifi', 'outbound', segment(0x2000, 0)],
  );
  const dropAt = (atMs: number) =>
    recordAt(atMs, 'lab', 'link.dropped', { link: 'wifi', toward: 'home', bytes: 60 });
  const textsWith = (...timesMs: number[]) =>
    packetsNear([record, ...timesMs.map(dropAt)], { links }).map(({ text }) => text);
  t.deepEqual(textsWith(2), ['100 B at +100']);
  t.deepEqual(textsWith(2, 7), ['100 B at +0', '100 B at +100']);
  t.deepEqual(textsWith(30), []);
});

test('the same bytes sent again are another packet', (t) => {
  const record = seenAt(
    [1, 'phone', 'wifi', 'outbound', one],
    [5, 'phone', 'wifi', 'outbound', one],
    [11, 'home', 'wifi', 'inbound', one],
    [15, 'home', 'wifi', 'inbound', one],
  );
  t.deepEqual(
    packetsNear([record], { links }).map(({ arrivedNs }) => arrivedNs),
    [11e6, 15e6],
  );
});

test('packets say what they are', (t) => {
  const texts: readonly (readonly [string, string])[] = [
    [segment(5, 0, '02'), 'syn'],
    [segment(5, 0, '12'), 'syn+ack'],
    [segment(5, 0, '11'), 'fin+ack'],
    [segment(5, 0), 'ack +0'],
    [`${'ff'.repeat(12)}0806000108000604000102020202020a0a000001000000000000${'0a000002'}`, 'arp'],
    [
      `${'02'.repeat(12)}0800450000${'54'}00004000400100000a0000010a0000020800${'00'.repeat(6)}`,
      'icmp',
    ],
    [
      `${'02'.repeat(12)}080045000024000040004011000${'0'}0a0000010a00000200350035001000${'00'}ff`,
      'udp',
    ],
    [`${'02'.repeat(12)}88cc01`, '60 bytes'],
    ['', '60 bytes'],
  ];
  for (const [head, start] of texts) {
    const [seen] = packetsNear([seenAt([1, 'phone', 'wifi', 'inbound', head])], { links });
    t.true(seen!.text.startsWith(start), `${seen!.text}: ${hexOf(Uint8Array.fromHex(head))}`);
  }
});

test('a run over TCP shows packets where a run of our datagrams shows these', (t) => {
  const records = [
    recordAt(35, 'lab', 'event.began', { event: 'silence', occurrence: 1 }),
    seenAt([30, 'phone', 'wifi', 'outbound', one], [40, 'home', 'wifi', 'inbound', one]),
  ];
  const context = contextOf(openedAt(0), records);
  const textsOf = (transport: string) => {
    const programs = context.plan.programs
      .filter(({ traffic }) => traffic !== undefined)
      .map((program) => ({ ...program, settings: { ...program.settings, transport } }));
    const nodes = ['phone', 'home', 'server'].map((name) => ({ ...context.plan.nodes[0]!, name }));
    const { exchange } = tellStory({
      ...context,
      plan: { ...context.plan, programs, nodes, links },
    });
    return exchange?.steps.flatMap((step) => (step.kind === 'message' ? [step.text] : []));
  };
  t.deepEqual(textsOf('tcp'), ['100 B at +0']);
  t.is(textsOf('udp'), undefined);
});
