/** System 2.1, 2.4 and 2.6: what a capture of the tunnel's ways shows. */
import test from 'ava';
import { readU32 } from '../../../src/base/bytes.ts';
import { nsPerMs } from '../../../src/base/time.ts';
import { mptcpVersion } from '../../../src/wire/mptcp.ts';
import { tcpFlag } from '../../../src/wire/tcp.ts';
import { ofKind } from './testing-run.ts';
import {
  bothWays,
  type FrameSeen,
  framesOn,
  runTunnel,
  type SegmentSeen,
  segmentIn,
} from './testing-tunnel.ts';

/** There and back by wifi. */
const rttNs = 20 * nsPerMs;
const lanes = 2;

function segmentsOf(frames: readonly FrameSeen[]): readonly SegmentSeen[] {
  return frames.map(({ bytes }) => segmentIn(bytes)).filter((one) => one !== undefined);
}

/** SYNs without ACK that have such an option, when they left. */
function opensAt(frames: readonly FrameSeen[], kind: 'capable' | 'join-syn'): readonly number[] {
  return frames.flatMap(({ tNs, bytes }) => {
    const segment = segmentIn(bytes);
    const isSyn = segment !== undefined && (segment.flags & tcpFlag.syn) !== 0;
    const opens = isSyn && (segment.flags & tcpFlag.ack) === 0;
    return opens && segment.options.some((one) => one.kind === kind) ? [tNs] : [];
  });
}

test('system 2.1: on the ways of the tunnel there is nothing but TCP with the options of MPTCP', async (t) => {
  const result = await runTunnel({ traffic: bothWays });
  for (const link of ['wifi', 'lte']) {
    const frames = framesOn(result, `phone:${link}`);
    const segments = segmentsOf(frames);
    t.is(segments.length, frames.length, `${link}: nothing but TCP`);
    t.true(segments.length > 5, `${link}: there is some`);
    // RFC 8684 3.2: a join that comes after its connection is answered by TCP's reset alone.
    const bare = segments.filter(({ flags, options }) => !(flags & tcpFlag.rst) && !options.length);
    t.is(bare.length, 0, `${link}: each has them`);
  }
});

test('system 2.1, control: a tunnel over TCP has no such options', async (t) => {
  const result = await runTunnel({ traffic: bothWays, transport: 'tcp' });
  const segments = segmentsOf(framesOn(result, 'phone:wifi'));
  t.true(segments.length > 100);
  t.is(segments.filter(({ options }) => options.length > 0).length, 0);
});

test('system 2.1: each tunnel is joined by the other path at once, before a datagram is sent', async (t) => {
  const result = await runTunnel({ traffic: bothWays });
  const opened = opensAt(framesOn(result, 'phone:wifi'), 'capable').slice(-lanes);
  const joined = opensAt(framesOn(result, 'phone:lte'), 'join-syn').slice(-lanes);
  const firstSentNs = ofKind(result, 'datagram.sent')[0]!.tNs;
  t.is(opened.length, lanes);
  t.is(joined.length, lanes);
  // RFC 8684 3.2: a join wants the other side's key and its answer to data: two round trips.
  for (const [at, openedNs] of opened.entries()) {
    t.true(
      joined[at]! - openedNs <= 2 * rttNs + 5 * nsPerMs,
      `${(joined[at]! - openedNs) / 1e6} ms`,
    );
    t.true(joined[at]! < firstSentNs);
  }
});

test('system 2.4: either of two paths carries packets of the tunnel', async (t) => {
  // 16 Mbit/s is more than one link of 10 carries.
  const feed =
    '{ run: stream, from: phone, to: server, rate: 16 Mbit/s, payload: 1200 B, count: 1600 }';
  const result = await runTunnel({ traffic: `  feed: ${feed}` });
  for (const link of ['wifi', 'lte']) {
    const mapped = segmentsOf(framesOn(result, `phone:${link}`)).filter(
      ({ hasPayload, options }) =>
        hasPayload && options.some((one) => one.kind === 'dss' && one.mapping !== undefined),
    );
    t.true(mapped.length > 200, `${link}: ${mapped.length} segments`);
  }
});

test('system 2.6: the tunnel asks for version 1 of MPTCP, which is RFC 8684', async (t) => {
  const result = await runTunnel({ traffic: bothWays });
  const asked = segmentsOf(framesOn(result, 'phone:wifi'))
    .flatMap(({ options }) => options)
    .filter((one) => one.kind === 'capable');
  t.true(asked.length >= lanes);
  t.true(asked.every(({ version }) => version === mptcpVersion && version === 1));
});

test('a link of a tunnel is joined to the neighbour on that link, not to its address on another', async (t) => {
  const result = await runTunnel({ traffic: bothWays });
  const segments = framesOn(result, 'phone:lte').filter(
    ({ bytes }) => segmentIn(bytes) !== undefined,
  );
  const addresses = segments.flatMap(({ bytes }) => [readU32(bytes, 26), readU32(bytes, 30)]);
  t.true(segments.length > 5);
  t.is(new Set(addresses).size, 2, 'both addresses are of that link');
});
