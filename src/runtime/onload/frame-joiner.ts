/**
 * Frames that follow each other in one flow, handed on as one: TCP looks at it once and acknowledges it once.
 * What does not belong together comes as it is, and nothing overtakes anything.
 */
import { readU16, writeU16 } from '../../base/bytes.ts';
import { foldChecksum, pseudoHeaderSum, sumWords } from '../../wire/checksum.ts';
import { ethernetHeaderBytes } from '../../wire/ethernet.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import { ipv4HeaderBytes, ipv4Offset } from '../../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../../wire/ipv6.ts';
import { tcpHeaderBytes, tcpOffset } from '../../wire/tcp.ts';
import { completeChecksum } from '../complete-checksum.ts';
import {
  closeRun,
  continuesRun,
  type SegmentRun,
  type SegmentShape,
  shapeOf,
  startRun,
} from './segment-run.ts';

const ip = ethernetHeaderBytes;
const largestFrameBytes = ethernetHeaderBytes + 65_535;
const fragmentBits = 0x3fff;
/** No sum is less than nothing. */
const wrong = -1;

export class FrameJoiner {
  readonly #deliver: (frame: Uint8Array) => void;
  readonly #room = new Uint8Array(largestFrameBytes);
  #run: SegmentRun | undefined;
  #flags = 0;
  #payloadSum = 0;

  constructor(deliver: (frame: Uint8Array) => void) {
    this.#deliver = deliver;
  }

  /** The bytes are needed during the call only. */
  take(frame: Uint8Array): void {
    const shape = joinableShape(frame);
    const payloadSum = shape === undefined ? wrong : sumIfRight(frame, shape);
    if (shape === undefined || payloadSum === wrong) {
      this.finish();
      this.#deliver(frame);
      return;
    }
    const run = this.#run;
    const flags = frame[shape.tcpAt + tcpOffset.flags]!;
    if (run !== undefined && continuesRun(run, this.#room, frame, shape)) {
      this.#room.set(frame.subarray(shape.payloadAt), run.frameBytes);
      run.frameBytes += frame.length - shape.payloadAt;
      run.segments += 1;
      this.#flags |= flags;
      this.#payloadSum += payloadSum;
      return;
    }
    this.finish();
    this.#room.set(frame);
    this.#run = startRun(shape, frame.length);
    this.#flags = flags;
    this.#payloadSum = payloadSum;
  }

  /** Hands on what waits for more. */
  finish(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    const frame = this.#room.subarray(0, run.frameBytes);
    if (run.segments > 1) this.#writeHeaders(run, frame);
    this.#deliver(frame);
  }

  #writeHeaders(run: SegmentRun, frame: Uint8Array): void {
    const { tcpAt, payloadAt } = run.shape;
    const virtio = closeRun(run, frame, this.#flags);
    if (run.segmentBytes % 2 === 1) {
      completeChecksum(frame, virtio);
      return;
    }
    // All but the last are even: the sum of the whole is that of the parts (RFC 1071 2).
    const sum = sumWords(frame, tcpAt, payloadAt, foldSum(this.#payloadSum));
    writeU16(frame, tcpAt + tcpOffset.checksum, foldChecksum(sum));
  }
}

/** A sum that folds to the same, and has room for more. */
function foldSum(sum: number): number {
  return (sum & 0xffff) + Math.floor(sum / 65_536);
}

/** Of plain data, whole and right: of what is wrong the one frame is lost, not all those that it came with. */
function joinableShape(frame: Uint8Array): SegmentShape | undefined {
  if (frame.length < ip + ipv4HeaderBytes + tcpHeaderBytes) return undefined;
  const shape = shapeOf(frame);
  if (shape === undefined || shape.payloadAt < shape.tcpAt + tcpHeaderBytes) return undefined;
  const isWhole = shape.family === 4 ? isWholeIpv4(frame) : isWholeIpv6(frame);
  return isWhole ? shape : undefined;
}

/** The sum of the payload, where the checksum is what it should be. */
function sumIfRight(frame: Uint8Array, { tcpAt, payloadAt }: SegmentShape): number {
  const payloadSum = sumWords(frame, payloadAt, frame.length);
  const seed = pseudoHeaderSum(frame, ip, ipProtocol.tcp, frame.length - tcpAt);
  const sum = sumWords(frame, tcpAt, payloadAt, seed + payloadSum);
  return foldChecksum(sum) === 0 ? payloadSum : wrong;
}

/** Ethernet may have filled a short one up. */
function isWholeIpv4(frame: Uint8Array): boolean {
  return (
    readU16(frame, ip + ipv4Offset.totalLength) === frame.length - ip &&
    (readU16(frame, ip + ipv4Offset.fragment) & fragmentBits) === 0 &&
    foldChecksum(sumWords(frame, ip, ip + ipv4HeaderBytes)) === 0
  );
}

function isWholeIpv6(frame: Uint8Array): boolean {
  const payloadBytes = readU16(frame, ip + ipv6Offset.payloadLength);
  return frame.length === ip + ipv6HeaderBytes + payloadBytes;
}
