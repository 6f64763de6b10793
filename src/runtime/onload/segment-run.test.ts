import test from 'ava';
import fc from 'fast-check';
import { parseIp } from '../../base/address.ts';
import { readU16, writeU16, writeU32 } from '../../base/bytes.ts';
import { verifyTransportChecksum } from '../../wire/checksum.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import { emitIpv4, parseIpv4 } from '../../wire/ipv4.ts';
import { isMalformed } from '../../wire/malformed.ts';
import { tcpFlag, tcpOffset } from '../../wire/tcp.ts';
import { closeRun, continuesRun, shapeOf, startRun } from './segment-run.ts';

const [ip, tcp, payload] = [14, 34, 54];
const [source, destination] = ['192.0.2.1', '192.0.2.2'].map((text) => parseIp(text) as never);

interface Segment {
  readonly sequence?: number;
  readonly bytes?: number;
  readonly flags?: number;
  readonly acknowledgment?: number;
}

function frameOf({ sequence = 0, bytes = 100, flags = tcpFlag.ack, acknowledgment = 7 }: Segment) {
  const frame = new Uint8Array(payload + bytes).fill(sequence & 0xff, payload);
  writeU16(frame, 12, 0x0800);
  emitIpv4(frame, ip, {
    ...{ headerBytes: 20, dscp: 0, ecn: 0, totalLength: frame.length - ip, identification: 1 },
    ...{ dontFragment: true, moreFragments: false, fragmentOffset: 0, ttl: 64 },
    ...{ protocol: ipProtocol.tcp, checksum: 0, source, destination, options: new Uint8Array(0) },
  } as never);
  writeU32(frame, tcp + tcpOffset.sequence, sequence);
  writeU32(frame, tcp + tcpOffset.acknowledgment, acknowledgment);
  frame[tcp + tcpOffset.dataOffset] = 0x50;
  frame[tcp + tcpOffset.flags] = flags;
  return frame;
}

function continues(first: Segment, next: Segment): boolean {
  const [head, frame] = [frameOf(first), frameOf(next)];
  const run = startRun(shapeOf(head)!, head.length);
  const shape = shapeOf(frame);
  return shape !== undefined && continuesRun(run, head, frame, shape);
}

for (const [what, next, expected] of [
  ['that follows', { sequence: 100 }, true],
  [
    'that is shorter, and the last',
    { sequence: 100, bytes: 40, flags: tcpFlag.ack | tcpFlag.psh },
    true,
  ],
  ['behind a hole', { sequence: 200 }, false],
  ['that comes again', { sequence: 0 }, false],
  ['that is longer', { sequence: 100, bytes: 101 }, false],
  ['that acknowledges more', { sequence: 100, acknowledgment: 8 }, false],
  ['with a FIN', { sequence: 100, flags: tcpFlag.ack | tcpFlag.fin }, false],
  ['without data', { sequence: 100, bytes: 0 }, false],
] as const) {
  test(`a segment ${what} ${expected ? 'joins' : 'does not join'} the run`, (t) => {
    t.is(continues({}, next), expected);
  });
}

test('nothing follows a segment with PSH', (t) => {
  t.false(continues({ flags: tcpFlag.ack | tcpFlag.psh }, { sequence: 100 }));
});

test('a run has a right IP header, and in the place of the TCP checksum the sum that a device begins with', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 40 }),
      fc.integer({ min: 1, max: 1_448 }),
      (count, bytes) => {
        const head = frameOf({ bytes });
        const run = startRun(shapeOf(head)!, head.length);
        const parts = [head];
        for (let each = 1; each < count; each++) {
          const frame = frameOf({ sequence: each * bytes, bytes });
          if (!continuesRun(run, head, frame, shapeOf(frame)!)) break;
          run.frameBytes += bytes;
          run.segments += 1;
          parts.push(frame.subarray(payload));
        }
        const virtio = closeRun(run, head, tcpFlag.ack);
        const whole = new Uint8Array(Buffer.concat(parts));
        t.false(isMalformed(parseIpv4(whole, ip, whole.length)));
        t.is(readU16(whole, ip + 2), whole.length - ip);
        t.like(virtio, { needsChecksum: true, segmentType: 1, segmentBytes: bytes });
        t.like(virtio, { headerBytes: payload, checksumStart: tcp, checksumOffset: 16 });
        complete(whole);
        return verifyTransportChecksum(whole, ip, ipProtocol.tcp, tcp, whole.length);
      },
    ),
    { seed: 1, numRuns: 100 },
  );
});

/** What a device does: the sum from the TCP header on, over what stands in the field. */
function complete(frame: Uint8Array): void {
  let sum = 0;
  for (let at = tcp; at < frame.length; at += 2) sum += (frame[at]! << 8) | (frame[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  writeU16(frame, tcp + tcpOffset.checksum, ~sum & 0xffff);
}
