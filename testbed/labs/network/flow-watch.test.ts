import test from 'ava';
import { parseIpv4 } from '../../../src/base/address.ts';
import { writeU16 } from '../../../src/base/bytes.ts';
import { createFramePool, type Frame, takeFrame } from '../../../src/base/frame.ts';
import { nsPerMs } from '../../../src/base/time.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import { ethernetOffset, etherType } from '../../../src/wire/ethernet.ts';
import { ipProtocol } from '../../../src/wire/ip-protocol.ts';
import { emitIpv4 } from '../../../src/wire/ipv4.ts';
import { emitUdp } from '../../../src/wire/udp.ts';
import { FlowWatch } from './flow-watch.ts';
import { createSchedule, wakeNext } from './schedule.ts';

const server = parseIpv4('192.0.2.1')!;
const phone = parseIpv4('192.0.2.2')!;
const pool = createFramePool();

function datagram(): Frame {
  const frame = takeFrame(pool, 14 + 20 + 8 + 100);
  writeU16(frame.bytes, ethernetOffset.type, etherType.ipv4);
  emitIpv4(frame.bytes, 14, {
    ...{ headerBytes: 20, dscp: 0, ecn: 0, totalLength: 128, identification: 0, ttl: 64 },
    ...{ dontFragment: true, moreFragments: false, fragmentOffset: 0 },
    ...{ protocol: ipProtocol.udp, source: server, destination: phone },
    options: new Uint8Array(0),
  });
  emitUdp(frame.bytes, 34, { sourcePort: 53, destinationPort: 4_000, length: 108, checksum: 0 });
  frame.bytes.fill(0, 42, frame.length);
  return frame;
}

function bench(patienceNs: number) {
  const schedule = createSchedule();
  const records: TraceRecord[] = [];
  const record = (tNs: number, node: string, kind: string, fields: object) =>
    records.push({ tNs, node, kind, ...fields });
  const watch = new FlowWatch(
    [
      {
        ...{ name: 'call', protocol: 'udp', port: 53, others: [] },
        from: { node: 'server', addresses: [server] },
        to: { node: 'phone', addresses: [phone] },
      },
    ],
    { schedule, record },
    patienceNs,
  );
  const sent = () => records.filter(({ kind }) => kind === 'packets.sent');
  const send = (atNs: number) => {
    while (wakeNext(schedule, atNs));
    schedule.nowNs = atNs;
    watch.leaving('server', datagram());
  };
  return { schedule, records, watch, sent, send };
}

test('packets wait for each other for so long, and are told of with their own times', (t) => {
  const { schedule, records, sent, send } = bench(5 * nsPerMs);
  for (const atMs of [1, 2, 3]) send(atMs * nsPerMs);
  t.deepEqual(
    records.map(({ kind }) => kind),
    ['flow.opened'],
  );
  while (wakeNext(schedule, 100 * nsPerMs));
  t.deepEqual(sent(), [
    {
      ...{ tNs: 6 * nsPerMs, node: 'lab', kind: 'packets.sent', flow: 'call' },
      atNs: [1, 2, 3].map((atMs) => atMs * nsPerMs),
      n: [1, 2, 3],
      bytes: [100, 100, 100],
    },
  ]);
  t.is(schedule.size, 0, 'nothing is left to wake for');
});

test('very many are not waited with, and what waits at the end is not lost', (t) => {
  const { watch, sent, send } = bench(5 * nsPerMs);
  for (let n = 1; n <= 700; n++) send(n);
  t.is(sent().length, 1);
  watch.flush();
  watch.flush();
  const counts = sent().map(({ n }) => (n as readonly number[]).length);
  t.is(counts.length, 2);
  t.is(counts[0]! + counts[1]!, 700);
});

test('without patience each is told of at once', (t) => {
  const { sent, send } = bench(0);
  for (const atNs of [1, 2]) send(atNs);
  t.deepEqual(
    sent().map(({ tNs }) => tNs),
    [1, 2],
  );
});

test('what leaves another node, or reaches one that is not watched, is not looked at', (t) => {
  const { watch, records } = bench(0);
  watch.leaving('phone', datagram());
  watch.arriving('tablet', datagram());
  t.deepEqual(records, []);
});
