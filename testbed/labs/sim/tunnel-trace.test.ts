/** System 2.0: what a traced tunnel tells of each packet. */
import test from 'ava';
import type { TraceRecord } from '../../../src/trace/record.ts';
import { ofKind, type TestedRun } from './testing-run.ts';
import { bothWays, runTunnel } from './testing-tunnel.ts';

/** A datagram of 500 bytes with its headers. */
const packetBytes = 528;
const packetsOneWay = 300;
const wrap = 2 ** 32;

function told(result: TestedRun, kind: string, node: string): readonly TraceRecord[] {
  return ofKind(result, kind).filter((one) => one.node === node);
}

function packetsOf(records: readonly TraceRecord[]): readonly unknown[] {
  return records.map(({ packet }) => packet);
}

/** Not what opens a flow, which comes again until there is a tunnel. */
function isDatagram({ bytes }: TraceRecord): boolean {
  return bytes === packetBytes;
}

/** Of one connection, each once, as its data goes on. */
function inDataOrder(mapped: readonly TraceRecord[]): readonly TraceRecord[] {
  const byNumber = new Map(mapped.map((record) => [Number(record['dsn']), record]));
  return [...byNumber].sort(([a], [b]) => (a - b) | 0).map(([, record]) => record);
}

for (const [entry, exit] of [
  ['phone', 'gateway'],
  ['gateway', 'phone'],
] as const) {
  test(`system 2.0: each packet is told where it goes in, as a mapping, and where it comes out, in this order (${entry} to ${exit})`, async (t) => {
    const result = await runTunnel({ traffic: bothWays, isTraced: true });
    const entered = told(result, 'tunnel.ip-in', entry).filter(isDatagram);
    const left = told(result, 'tunnel.ip-out', exit).filter(isDatagram);
    t.is(entered.length, packetsOneWay);
    t.deepEqual(packetsOf(left).toSorted(), packetsOf(entered).toSorted(), 'each once');
    t.true(entered.every(({ from, to }) => from !== to && from !== undefined));
    const mapped = told(result, 'mptcp.mapped', entry);
    const ofPackets = mapped.filter(({ length }) => length === packetBytes);
    t.true(ofPackets.length >= packetsOneWay);
    for (const [, all] of Map.groupBy(mapped, ({ connection }) => connection)) {
      const data = inDataOrder(all);
      for (const [at, next] of data.slice(1).entries()) {
        const end = (Number(data[at]!['dsn']) + Number(data[at]!['length'])) % wrap;
        t.is(Number(next['dsn']), end, 'one mapping begins where the one before it ends');
      }
    }
    // On its own node's clock no packet is mapped before it came, and so for each of them.
    const comingNs = entered.map(({ tNs }) => tNs);
    const first = new Map(ofPackets.map((one) => [`${one['connection']} ${one['dsn']}`, one.tNs]));
    const mappingNs = [...first.values()].toSorted((a, b) => a - b);
    t.is(mappingNs.length, comingNs.length);
    t.true(comingNs.every((tNs, at) => tNs <= mappingNs[at]!));
  });
}

test('system 2.0, control: a tunnel that is not traced tells nothing of packets', async (t) => {
  const result = await runTunnel({ traffic: bothWays });
  for (const kind of ['tunnel.ip-in', 'mptcp.mapped', 'tunnel.ip-out']) {
    t.is(ofKind(result, kind).length, 0, kind);
  }
});
