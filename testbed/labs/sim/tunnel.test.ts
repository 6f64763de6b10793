/** System 2 from end to end in virtual time: unmodified programs, a terminal with two links, a proxy, a server. */
import test from 'ava';
import { readU16, readU32 } from '../../../src/base/bytes.ts';
import { nsPerMs, nsPerSecond } from '../../../src/base/time.ts';
import { etherType } from '../../../src/wire/ethernet.ts';
import { ipProtocol } from '../../../src/wire/ip-protocol.ts';
import { isMalformed } from '../../../src/wire/malformed.ts';
import { readPcapng } from '../../../src/wire/pcapng.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { loadText } from '../../schema/loading.ts';
import { ofKind, runPlan, type TestedChange, type TestedRun } from './testing-run.ts';

interface Drawn {
  readonly links?: string;
  readonly traffic: string;
}

function drawn({ links, traffic }: Drawn): string {
  const chosen = links === undefined ? '' : `, links: [${links}]`;
  return `
scenario: tunnel
nodes:
  phone: { kind: terminal, stack: own }
  gateway: { kind: proxy, stack: own }
  server: { kind: host }
links:
  wifi: { between: [phone, gateway], rate: 10 Mbit/s, delay: 10 ms }
  lte: { between: [phone, gateway], rate: 10 Mbit/s, delay: 20 ms }
  core: { between: [gateway, server], delay: 1 ms }
programs:
  uplink: { on: phone, run: terminal, with: { via: gateway${chosen} } }
  landing: { on: gateway, run: proxy }
traffic:
${traffic}
`;
}

const bothWays = `
  up: { run: stream, from: phone, to: server, rate: 400 kbit/s, payload: 500 B, count: 300 }
  down: { run: stream, from: server, to: phone, opened-by: phone, rate: 400 kbit/s, payload: 500 B, count: 300 }
`;

/** Silent for good, a second after the flows began. */
const cut: TestedChange = {
  atNs: 1.5 * nsPerSecond,
  change: {
    kind: 'link-set',
    link: 'wifi',
    toward: {
      phone: { loss: { model: 'independent', ratio: 1 } },
      gateway: { loss: { model: 'independent', ratio: 1 } },
    },
  },
};

function run(
  parts: Drawn,
  changes: readonly TestedChange[] = [],
  limitNs = 20 * nsPerSecond,
): Promise<TestedRun> {
  const scenario = loadText(drawn(parts)).resolve('default', 'default');
  return runPlan(planScenario(scenario), changes, limitNs);
}

function receivedOf(result: TestedRun, flow: string): number {
  return ofKind(result, 'datagram.received').filter((one) => one['flow'] === flow).length;
}

test('system 2.1: on the ways of the tunnel there is nothing but TCP with the options of MPTCP', async (t) => {
  const result = await run({ traffic: bothWays });
  const seen = segmentsOn(result, ['wifi', 'lte']);
  t.true(seen.wifi > 100 && seen.lte > 5, 'both links carry some of it');
  t.is(seen.others, 0, 'nothing but TCP');
  t.is(seen.bare, 0, 'each segment with payload has a mapping of MPTCP');
});

test('system 2.4: a link that falls silent for good costs a tunnel over two links no datagram', async (t) => {
  const result = await run({ traffic: bothWays }, [cut]);
  for (const flow of ['up', 'down']) t.is(receivedOf(result, flow), 300, flow);
});

test('system 2.4, control: of a tunnel over that link alone they are lost', async (t) => {
  const result = await run({ links: 'wifi', traffic: bothWays }, [cut]);
  for (const flow of ['up', 'down']) t.true(receivedOf(result, flow) < 300, flow);
});

/** One end of the link sees it as the other does: both at once. */
const cutCable: TestedChange = {
  atNs: 1.5 * nsPerSecond,
  change: { kind: 'link-down', link: 'wifi' },
};

test('system 2.4: a link that loses its carrier holds a tunnel over two links up for a trip of the other', async (t) => {
  const result = await run({ traffic: bothWays }, [cutCable]);
  for (const flow of ['up', 'down']) {
    t.is(receivedOf(result, flow), 300, flow);
    const gapNs = longestPauseNs(result, flow);
    // RTT_s + 10 ms and a sending interval of 10 ms; the trip of 20 ms is half of that round trip.
    t.true(gapNs <= (40 + 10 + 10) * nsPerMs, `${flow}: ${gapNs / nsPerMs} ms`);
  }
});

function longestPauseNs(result: TestedRun, flow: string): number {
  const times = ofKind(result, 'datagram.received')
    .filter((one) => one['flow'] === flow)
    .map(({ tNs }) => tNs);
  return Math.max(...times.slice(1).map((tNs, at) => tNs - times[at]!));
}

test('a link of a tunnel is joined to the neighbour on that link, not to its address on another', async (t) => {
  const result = await run({ traffic: bothWays });
  const segments = framesOn(result, 'lte').filter((frame) => optionsOf(frame) !== undefined);
  const addresses = segments.flatMap((frame) => [readU32(frame, 26), readU32(frame, 30)]);
  t.true(segments.length > 5);
  t.is(new Set(addresses).size, 2, 'both addresses are of that link');
});

const fourFlows = [1, 2, 3, 4]
  .map(
    (at) =>
      `  f${at}: { run: stream, from: phone, to: server, rate: 4 Mbit/s, payload: 1200 B, count: 1200 }`,
  )
  .join('\n');

/** They send for 2.9 s. */
const whileTheySendNs = 3.4 * nsPerSecond;

async function receivedShare(links?: string): Promise<number> {
  const parts = { traffic: fourFlows, ...(links !== undefined && { links }) };
  const result = await run(parts, [], whileTheySendNs);
  const flows = ['f1', 'f2', 'f3', 'f4'];
  return flows.reduce((sum, flow) => sum + receivedOf(result, flow), 0) / 4_800;
}

test('system 2.4: several flows over two links exceed what either carries', async (t) => {
  const share = await receivedShare();
  t.true(share > 0.95, `${share} of 16 Mbit/s over two links of 10`);
});

test('system 2.4, control: one link does not carry them', async (t) => {
  const share = await receivedShare('wifi');
  t.true(share < 0.75, `${share} of 16 Mbit/s over a link of 10`);
});

/** RFC 8684 3: what its options begin with. */
const mptcpOption = 30;

interface Seen {
  wifi: number;
  lte: number;
  /** Neither TCP nor of the link's upkeep. */
  others: number;
  /** With payload, and without an option of MPTCP. */
  bare: number;
}

function segmentsOn(result: TestedRun, links: readonly ('wifi' | 'lte')[]): Seen {
  const seen: Seen = { wifi: 0, lte: 0, others: 0, bare: 0 };
  for (const link of links) {
    for (const frame of framesOn(result, link)) {
      const options = optionsOf(frame);
      if (options === undefined) seen.others += 1;
      else seen[link] += 1;
      if (options?.hasPayload && !options.kinds.includes(mptcpOption)) seen.bare += 1;
    }
  }
  return seen;
}

function framesOn(result: TestedRun, link: string): readonly Uint8Array[] {
  const blocks = readPcapng(result.capture);
  if (isMalformed(blocks)) throw new Error(blocks.malformed);
  const names = blocks.flatMap((one) => (one.kind === 'interface' ? [one.name ?? ''] : []));
  return blocks.flatMap((block) => {
    const isThere = block.kind === 'packet' && names[block.interfaceIndex]!.includes(link);
    return isThere && !isUpkeep(block.bytes) ? [block.bytes] : [];
  });
}

/** ARP; neighbour discovery is not asked for here. */
function isUpkeep(frame: Uint8Array): boolean {
  return readU16(frame, 12) === etherType.arp;
}

/** Of a segment over IPv4 in a frame; undefined: it is none. */
function optionsOf(
  frame: Uint8Array,
): { readonly kinds: readonly number[]; readonly hasPayload: boolean } | undefined {
  const ipAt = 14;
  if (readU16(frame, 12) !== etherType.ipv4 || frame[ipAt + 9] !== ipProtocol.tcp) return undefined;
  const tcpAt = ipAt + (frame[ipAt]! & 15) * 4;
  const end = tcpAt + (frame[tcpAt + 12]! >>> 4) * 4;
  const kinds: number[] = [];
  for (let at = tcpAt + 20; at < end && frame[at] !== 0; ) {
    kinds.push(frame[at]!);
    at += frame[at] === 1 ? 1 : frame[at + 1]!;
  }
  return { kinds, hasPayload: ipAt + readU16(frame, ipAt + 2) > end };
}
