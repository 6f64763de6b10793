import test from 'ava';
import fc from 'fast-check';
import { parseIpv4, parseIpv6 } from '../../base/address.ts';
import { readU16, readU32, writeU16, writeU32 } from '../../base/bytes.ts';
import { propertyRuns } from '../../base/property-runs.conformance.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import { emitIpv4, whyNotIpv4 } from '../../wire/ipv4.ts';
import { emitIpv6 } from '../../wire/ipv6.ts';
import { tcpChecksum, tcpFlag, tcpOffset, verifyTcpChecksum } from '../../wire/tcp.ts';
import { FrameJoiner } from './frame-joiner.ts';

const ip = 14;

interface Segment {
  readonly family?: 4 | 6;
  readonly sequence: number;
  readonly bytes: number;
  readonly flags?: number;
  readonly port?: number;
  readonly ecn?: number;
}

const byteAt = (sequence: number): number => (sequence * 31 + (sequence >>> 8)) & 0xff;

function frameOf({
  family = 4,
  sequence,
  bytes,
  flags = tcpFlag.ack,
  port = 80,
  ecn = 0,
}: Segment) {
  const tcpAt = ip + (family === 4 ? 20 : 40);
  const frame = new Uint8Array(tcpAt + 20 + bytes);
  writeU16(frame, 12, family === 4 ? 0x0800 : 0x86dd);
  if (family === 4) writeIpv4(frame, ecn);
  else writeIpv6(frame);
  writeU16(frame, tcpAt + tcpOffset.destinationPort, port);
  writeU32(frame, tcpAt + tcpOffset.sequence, sequence);
  frame[tcpAt + tcpOffset.dataOffset] = 0x50;
  frame[tcpAt + tcpOffset.flags] = flags;
  for (let at = 0; at < bytes; at++) frame[tcpAt + 20 + at] = byteAt(sequence + at);
  writeU16(frame, tcpAt + tcpOffset.checksum, tcpChecksum(frame, ip, tcpAt, frame.length));
  return frame;
}

function writeIpv4(frame: Uint8Array, ecn: number): void {
  emitIpv4(frame, ip, {
    ...{ headerBytes: 20, dscp: 0, ecn, totalLength: frame.length - ip, identification: 1 },
    ...{ dontFragment: true, moreFragments: false, fragmentOffset: 0, ttl: 64 },
    ...{ protocol: ipProtocol.tcp, options: new Uint8Array(0) },
    ...{ source: parseIpv4('192.0.2.1')!, destination: parseIpv4('192.0.2.2')! },
  });
}

function writeIpv6(frame: Uint8Array): void {
  emitIpv6(frame, ip, {
    ...{ trafficClass: 0, flowLabel: 5, payloadLength: frame.length - ip - 40 },
    ...{ nextHeader: ipProtocol.tcp, hopLimit: 64 },
    ...{ source: parseIpv6('fd00::1')!, destination: parseIpv6('fd00::2')! },
  });
}

/** What comes out when these come in one turn. */
function join(frames: readonly Uint8Array[]): Uint8Array[] {
  const out: Uint8Array[] = [];
  const joiner = new FrameJoiner((frame) => out.push(frame.slice()));
  for (const frame of frames) joiner.take(frame);
  joiner.finish();
  return out;
}

/** Every byte of a frame that is right stands where its sequence number says. */
function isRight(frame: Uint8Array): boolean {
  const isV4 = readU16(frame, 12) === 0x0800;
  const tcpAt = ip + (isV4 ? 20 : 40);
  const lengthBytes = isV4 ? readU16(frame, ip + 2) : readU16(frame, ip + 4) + 40;
  if (lengthBytes !== frame.length - ip) return false;
  if (isV4 && whyNotIpv4(frame, ip, frame.length) !== undefined) return false;
  const sequence = readU32(frame, tcpAt + tcpOffset.sequence);
  const payload = frame.subarray(tcpAt + 20);
  const isText = payload.every((byte, at) => byte === byteAt((sequence + at) >>> 0));
  return isText && verifyTcpChecksum(frame, ip, tcpAt, frame.length);
}

for (const family of [4, 6] as const) {
  test(`segments that follow each other over IPv${family} come as one, with right checksums`, (t) => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 1_448 }),
      fc.integer({ min: 2, max: 40 }),
      fc.integer({ min: 1, max: 1_448 }),
    );
    const property = fc.property(sizes, fc.nat(0xffff_ffff), ([size, count, last], start) => {
      const lengths = [...Array(count - 1).fill(size), Math.min(size, last)];
      const frames = lengths.map((bytes, place) =>
        frameOf({ family, sequence: (start + place * size) >>> 0, bytes }),
      );
      const [only, ...rest] = join(frames);
      const total = lengths.reduce((sum, bytes) => sum + bytes, 0);
      const headerBytes = frames[0]!.length - lengths[0]!;
      return rest.length === 0 && only!.length === headerBytes + total && isRight(only!);
    });
    t.notThrows(() => fc.assert(property, propertyRuns(60)));
  });
}

const first = { sequence: 1_000, bytes: 100 };
const next = { sequence: 1_100, bytes: 100 };

function changed(frame: Uint8Array, at: number, bits: number): Uint8Array {
  frame[at]! ^= bits;
  return frame;
}

for (const [what, frame] of [
  ['behind a hole', frameOf({ ...next, sequence: 1_101 })],
  ['that comes again', frameOf(first)],
  ['that is longer', frameOf({ ...next, bytes: 101 })],
  ['of another port', frameOf({ ...next, port: 81 })],
  ['with a congestion mark', frameOf({ ...next, ecn: 3 })],
  ['with a FIN', frameOf({ ...next, flags: tcpFlag.ack | tcpFlag.fin })],
  ['without data', frameOf({ ...next, bytes: 0 })],
  ['of another family', frameOf({ ...next, family: 6 })],
  ['that is damaged', changed(frameOf(next), 60, 1)],
  ['whose IP header is damaged', changed(frameOf(next), ip + 8, 1)],
  ['that is a fragment', changed(frameOf(next), ip + 6, 0x20)],
  ['that Ethernet filled up', new Uint8Array([...frameOf(next), 0, 0])],
  ['of UDP', changed(frameOf(next), ip + 9, ipProtocol.udp ^ ipProtocol.tcp)],
  ['from another station', changed(frameOf(next), 6, 1)],
  ['too short for TCP', frameOf(next).subarray(0, 50)],
] as const) {
  test(`a frame ${what} comes as it is, and what follows the first begins anew behind it`, (t) => {
    const third = frameOf({ sequence: 1_100, bytes: 100, port: 90 });
    t.deepEqual(join([frameOf(first), frame, third]), [frameOf(first), frame, third]);
  });
}

test('whatever comes in whatever order, nothing is lost, made up or overtaken', (t) => {
  const piece = fc.record({
    bytes: fc.constantFrom(0, 10, 500, 500, 500, 1_448),
    port: fc.constantFrom(80, 80, 80, 81),
    skips: fc.constantFrom(0, 0, 0, 0, 7),
    flags: fc.constantFrom(tcpFlag.ack, tcpFlag.ack, tcpFlag.ack | tcpFlag.psh),
  });
  const property = fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
    const sequences = new Map<number, number>();
    const frames = pieces.map(({ bytes, port, skips, flags }) => {
      const sequence = (sequences.get(port) ?? 1) + skips;
      sequences.set(port, sequence + bytes);
      return frameOf({ sequence, bytes, port, flags });
    });
    const out = join(frames);
    return out.every(isRight) && wordsOf(out) === wordsOf(frames);
  });
  t.notThrows(() => fc.assert(property, propertyRuns(200)));
});

/** Port and number of each byte, in the order of coming. */
function wordsOf(frames: readonly Uint8Array[]): string {
  return frames
    .flatMap((frame) => {
      const sequence = readU32(frame, 34 + tcpOffset.sequence);
      const port = readU16(frame, 34 + tcpOffset.destinationPort);
      return Array.from(frame.subarray(54), (_, at) => `${port}:${sequence + at}`);
    })
    .join();
}

test('what is joined stays below 64 KiB', (t) => {
  const frames = Array.from({ length: 100 }, (_, place) =>
    frameOf({ sequence: place * 1_448, bytes: 1_448 }),
  );
  const out = join(frames);
  t.deepEqual(
    out.map((frame) => (frame.length - 54) / 1_448),
    [45, 45, 10],
  );
  t.true(out.every(isRight));
});
