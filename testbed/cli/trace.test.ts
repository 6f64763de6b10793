import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parseTraceCsv } from '../schema/link-trace-csv.ts';
import { readCapture } from './read-capture.ts';
import { ropewalk, startFolder } from './testing-runs.ts';

/** A packet to 192.0.2.`to`, of which the first 34 bytes were kept. */
function frameTo(to: number): Buffer {
  const frame = Buffer.alloc(34);
  frame.writeUInt16BE(0x0800, 12);
  frame[14] = 0x45;
  frame.set([192, 0, 2, to], 30);
  return frame;
}

type Packet = readonly [tNs: number, to: number, lengthBytes: number];

function pcapOf(packets: readonly Packet[], order: 'LE' | 'BE', unitNs: 1 | 1000): Buffer {
  const words = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length);
    for (const [at, value] of values.entries()) bytes[`writeUInt32${order}`](value, 4 * at);
    return bytes;
  };
  const magic = unitNs === 1 ? 0xa1b23c4d : 0xa1b2c3d4;
  const records = packets.flatMap(([tNs, to, length]) => [
    words(1_700_000_000 + Math.floor(tNs / 1e9), Math.floor((tNs % 1e9) / unitNs), 34, length),
    frameTo(to),
  ]);
  return Buffer.concat([words(magic, 0x0002_0004, 0, 0, 65_535, 1), ...records]);
}

const packets: readonly Packet[] = [
  [0, 7, 1000],
  [50_000_000, 7, 1500],
  [60_000_000, 9, 900],
  [250_000_000, 7, 1250],
];

for (const order of ['LE', 'BE'] as const) {
  for (const unitNs of [1, 1000] as const) {
    test(`a pcap of order ${order}, in units of ${unitNs} ns`, (t) => {
      const read = readCapture(pcapOf(packets, order, unitNs), 'x');
      t.deepEqual(
        read.map(({ tNs, lengthBytes }) => [tNs, lengthBytes]),
        packets.map(([tNs, , length]) => [tNs, length]),
      );
    });
  }
}

test('what is no capture is refused, and one that is cut off is read as far as it goes', (t) => {
  t.throws(() => readCapture(Buffer.alloc(100), 'x'), { message: /neither pcap nor pcapng/ });
  t.is(readCapture(pcapOf(packets, 'LE', 1).subarray(0, -10), 'x').length, 3);
});

test('the trace has the rate at which packets arrived, and a link can read it', async (t) => {
  const folder = startFolder(t, {});
  writeFileSync(join(folder, 'lte.pcap'), pcapOf(packets, 'LE', 1000));
  const made = await ropewalk(folder, ['trace', 'from-pcap', 'lte.pcap', '--out', 'lte.csv']);
  t.is(made.exitCode, 0, made.stderr);
  const trace = parseTraceCsv(readFileSync(join(folder, 'lte.csv'), 'utf8'));
  if ('problem' in trace || trace.kind !== 'steps') return t.fail(JSON.stringify(trace));
  t.deepEqual(
    trace.steps.map(({ timeNs, rateBps }) => [timeNs, rateBps]),
    [
      [0, 200_000],
      [100_000_000, 0],
      [200_000_000, 100_000],
    ],
  );
  const none = await ropewalk(folder, ['trace', 'from-pcap', 'lte.pcap', '--to', '192.0.2.1']);
  t.regex(none.stderr, /has no packet to 192\.0\.2\.1.*\n.*192\.0\.2\.7, 192\.0\.2\.9/);
});

test('captures of our own are read', async (t) => {
  const scenario = `
scenario: small
about: One stream.
topology:
  nodes: { a: { kind: host }, b: { kind: host } }
  links: { wire: { between: [a, b], rate: 10 Mbit/s, delay: 5 ms } }
repeat: 1
limit: 10 s
traffic:
  feed: { run: stream, from: a, to: b, rate: 800 kbit/s, payload: 1000 B, count: 30 }
`;
  const folder = startFolder(t, { 'small.yaml': scenario });
  await ropewalk(folder, ['run', 'small.yaml', '--capture']);
  const path = 'reports/runs/small/records/default/default/sample-1.pcapng';
  const { stdout, stderr } = await ropewalk(folder, ['trace', 'from-pcap', path]);
  // Thirty, and two of the flow itself; each is seen at both of its ends, and counted once.
  t.regex(stdout, /^# made of sample-1\.pcapng: 3[0-4] packets to 198\.18\.0\.\d$/m, stderr);
  t.regex(stdout, /^100 ms,8\d{5} bit\/s$/m);
  const elsewhere = await ropewalk(folder, ['trace', 'from-pcap', path, '--interface', 'a:wire']);
  t.notRegex(elsewhere.stdout, /bit\/s\n.*8\d{5} bit\/s/);
});
