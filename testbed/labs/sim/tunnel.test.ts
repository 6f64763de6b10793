/** System 2.4 from end to end in virtual time: unmodified programs, a terminal with two links, a proxy, a server. */
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../../../src/base/time.ts';
import { ofKind, type TestedChange, type TestedRun } from './testing-run.ts';
import { bothWays, runTunnel } from './testing-tunnel.ts';

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

/** How often each of the flow's datagrams came: of none twice, of as many as there are. */
function arrivalsOf(result: TestedRun, flow: string): { received: number; doubled: number } {
  const numbers = ofKind(result, 'datagram.received')
    .filter((one) => one['flow'] === flow)
    .map((one) => one['n']);
  const received = new Set(numbers).size;
  return { received, doubled: numbers.length - received };
}

test('system 2.4: a link that falls silent for good costs a tunnel over two links no datagram, and doubles none', async (t) => {
  const result = await runTunnel({ traffic: bothWays }, [cut]);
  for (const flow of ['up', 'down'])
    t.deepEqual(arrivalsOf(result, flow), { received: 300, doubled: 0 }, flow);
});

test('system 2.4, control: of a tunnel over that link alone they are lost', async (t) => {
  const result = await runTunnel({ links: 'wifi', traffic: bothWays }, [cut]);
  for (const flow of ['up', 'down']) t.true(arrivalsOf(result, flow).received < 300, flow);
});

/** One end of the link sees it as the other does: both at once. */
const cutCable: TestedChange = {
  atNs: 1.5 * nsPerSecond,
  change: { kind: 'link-down', link: 'wifi' },
};

test('system 2.4: a link that loses its carrier holds a tunnel over two links up for a trip of the other', async (t) => {
  const result = await runTunnel({ traffic: bothWays }, [cutCable]);
  for (const flow of ['up', 'down']) {
    t.deepEqual(arrivalsOf(result, flow), { received: 300, doubled: 0 }, flow);
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
  const result = await runTunnel(parts, [], whileTheySendNs);
  const flows = ['f1', 'f2', 'f3', 'f4'];
  return flows.reduce((sum, flow) => sum + arrivalsOf(result, flow).received, 0) / 4_800;
}

test('system 2.4: several flows over two links exceed what either carries', async (t) => {
  const share = await receivedShare();
  t.true(share > 0.95, `${share} of 16 Mbit/s over two links of 10`);
});

test('system 2.4, control: one link does not carry them', async (t) => {
  const share = await receivedShare('wifi');
  t.true(share < 0.75, `${share} of 16 Mbit/s over a link of 10`);
});
