/**
 * Test vocabulary: a TCP stream over two directions of a link, shown to a follower at both ends, beside
 * what really happened. Each transmission bears its number in the IP identification, which no follower
 * looks at.
 */

import { parseIpv4 } from '../../src/base/address.ts';
import { readU16, readU32, writeU16 } from '../../src/base/bytes.ts';
import { createFramePool, type Frame, takeFrame } from '../../src/base/frame.ts';
import type { Mac } from '../../src/base/mac.ts';
import { nsPerMs } from '../../src/base/time.ts';
import { emitEthernet, ethernetHeaderBytes, etherType } from '../../src/wire/ethernet.ts';
import { ipProtocol } from '../../src/wire/ip-protocol.ts';
import { emitIpv4, ipv4HeaderBytes } from '../../src/wire/ipv4.ts';
import { emitTcp, measureTcpHeader, tcpChecksum, tcpFlag, tcpOffset } from '../../src/wire/tcp.ts';
import { advanceLink, createLink, type LinkDirection, offerFrame } from '../models/link.ts';
import type { PlannedWatch } from '../plan/plan.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import { createFollower, type Follower, followArriving, followLeaving } from './follower.ts';
import { hasRightChecksum, viewPacket } from './packet-view.ts';
import type { WatchNoteKind } from './records.ts';

const server = parseIpv4('192.0.2.1')!;
const phone = parseIpv4('192.0.2.2')!;
const circle = 4_294_967_296;
const port = 80;
const farPort = 40_000;
const segmentBytes = 500;
const timeoutNs = 200 * nsPerMs;
const windowSegments = 12;

export interface Said {
  readonly tNs: number;
  readonly kind: WatchNoteKind;
  readonly [field: string]: unknown;
}

interface Segment {
  readonly from: 'server' | 'phone';
  /** Within the stream, or what is acknowledged of it. */
  readonly place: number;
  readonly bytes: number;
  readonly flags: number;
  readonly number: number;
}

export interface StreamOptions {
  readonly totalBytes: number;
  readonly initial: number;
  readonly settings: DirectionSettings;
  readonly seed: number;
}

export class TestedStream {
  readonly said: Said[] = [];
  /** What the receiver could hand on, and when. */
  readonly delivered: { readonly tNs: number; readonly bytes: number }[] = [];
  /** The numbers of transmissions with payload, as they left and as they arrived. */
  readonly left: number[] = [];
  readonly arrived: number[] = [];
  nowNs = 0;
  readonly #options: StreamOptions;
  readonly #follower: Follower;
  readonly #pool = createFramePool();
  readonly #there: LinkDirection;
  readonly #back: LinkDirection;
  readonly #got: Uint8Array;
  #prefix = 0;
  #next = 0;
  #acknowledged = 0;
  #doubled = 0;
  #timerNs = timeoutNs;

  constructor(options: StreamOptions) {
    const { settings, seed, totalBytes } = options;
    this.#options = options;
    this.#got = new Uint8Array(totalBytes);
    const watch: PlannedWatch = {
      ...{ name: 'page', protocol: 'tcp', port, others: [] },
      from: { node: 'server', addresses: [server] },
      to: { node: 'phone', addresses: [phone] },
    };
    this.#follower = createFollower(watch);
    this.#there = createLink(settings, { seed, names: ['there'] }, this.#pool);
    this.#back = createLink(settings, { seed, names: ['back'] }, this.#pool);
  }

  /** To the last byte, or until a minute has gone by. */
  run(): void {
    this.#shake();
    this.#fill();
    while (this.#acknowledged < this.#options.totalBytes && this.nowNs < 60_000 * nsPerMs) {
      const dueNs = Math.min(this.#there.deadlineNs, this.#back.deadlineNs, this.#timerNs);
      this.nowNs = dueNs;
      this.#advance(this.#there, 'to', (frame) => this.#receive(frame));
      this.#advance(this.#back, 'from', (frame) => this.#hear(frame));
      if (this.#timerNs <= this.nowNs) this.#goBack();
    }
  }

  ofKind(kind: WatchNoteKind): Said[] {
    return this.said.filter((one) => one.kind === kind);
  }

  /** Before the links do anything to anybody. */
  #shake(): void {
    const { syn, ack } = tcpFlag;
    const open = { place: -1, bytes: 0, number: 0 };
    this.#pass('to', this.#build({ ...open, from: 'phone', flags: syn }), 'from');
    this.#pass('from', this.#build({ ...open, from: 'server', flags: syn + ack }), 'to');
  }

  #pass(leaves: 'from' | 'to', frame: Frame, reaches: 'from' | 'to'): void {
    this.#show(followLeaving, leaves, frame);
    this.#show(followArriving, reaches, frame);
  }

  #show(follow: typeof followLeaving, end: 'from' | 'to', frame: Frame): void {
    const packet = viewPacket(frame.bytes, frame.length);
    if (packet === undefined) return;
    follow(this.#follower, end, this.nowNs, packet, (kind, fields) => {
      this.said.push({ tNs: this.nowNs, kind, ...fields });
    });
  }

  #advance(link: LinkDirection, end: 'from' | 'to', take: (frame: Frame) => void): void {
    if (link.deadlineNs > this.nowNs) return;
    const deliver = (frame: Frame): void => {
      this.#show(followArriving, end, frame);
      const packet = viewPacket(frame.bytes, frame.length);
      if (packet !== undefined && hasRightChecksum(packet)) take(frame);
    };
    advanceLink(link, this.nowNs, { deliver, dropped: () => {} });
  }

  #send(link: LinkDirection, end: 'from' | 'to', segment: Segment): void {
    const frame = this.#build(segment);
    this.#show(followLeaving, end, frame);
    offerFrame(link, this.nowNs, frame, { deliver: () => {}, dropped: () => {} });
  }

  #fill(): void {
    const { totalBytes } = this.#options;
    const until = this.#acknowledged + windowSegments * segmentBytes;
    while (this.#next < Math.min(totalBytes, until)) {
      this.#transmit(this.#next);
      this.#next += segmentBytes;
    }
  }

  #transmit(place: number): void {
    const bytes = Math.min(segmentBytes, this.#options.totalBytes - place);
    const number = this.left.length + 1;
    this.left.push(number);
    this.#send(this.#there, 'from', { from: 'server', place, bytes, flags: tcpFlag.ack, number });
  }

  #goBack(): void {
    this.#next = this.#acknowledged;
    this.#timerNs = this.nowNs + timeoutNs;
    this.#fill();
  }

  /** At the receiver: bytes one by one, so that nothing is clever here. */
  #receive(frame: Frame): void {
    const { at, place, bytes } = this.#read(frame, tcpOffset.sequence);
    this.arrived.push(readU16(frame.bytes, ethernetHeaderBytes + 4));
    this.#got.fill(1, place, place + bytes);
    const before = this.#prefix;
    while (this.#got[this.#prefix] === 1) this.#prefix += 1;
    const fresh = this.#prefix - before;
    if (fresh > 0) this.delivered.push({ tNs: this.nowNs, bytes: fresh });
    const reply = { place: this.#prefix, bytes: 0, flags: tcpFlag.ack, number: at };
    this.#send(this.#back, 'to', { from: 'phone', ...reply });
  }

  /** At the sender: three of the same make it send the first one again. */
  #hear(frame: Frame): void {
    const { place } = this.#read(frame, tcpOffset.acknowledgment);
    if (place > this.#acknowledged) {
      this.#acknowledged = place;
      this.#next = Math.max(this.#next, place);
      this.#doubled = 0;
      this.#timerNs = this.nowNs + timeoutNs;
    } else if (place === this.#acknowledged && ++this.#doubled === 3) {
      if (place < this.#options.totalBytes) this.#transmit(place);
    }
    this.#fill();
  }

  #read(frame: Frame, offset: number) {
    const at = ethernetHeaderBytes + ipv4HeaderBytes;
    const sequence = readU32(frame.bytes, at + offset);
    const place = (sequence - this.#options.initial - 1 + circle) % circle;
    const headerBytes = (frame.bytes[at + tcpOffset.dataOffset]! >>> 4) * 4;
    return { at, place, bytes: frame.length - at - headerBytes };
  }

  #build({ from, place, bytes, flags, number }: Segment): Frame {
    const isData = from === 'server';
    const sequence = (this.#options.initial + 1 + place + circle) % circle;
    const millisecond = Math.floor(this.nowNs / nsPerMs);
    const options = [{ kind: 'timestamps', value: millisecond, echo: 0 }] as const;
    const headerBytes = measureTcpHeader(options);
    const ipAt = ethernetHeaderBytes;
    const at = ipAt + ipv4HeaderBytes;
    const frame = takeFrame(this.#pool, at + headerBytes + bytes);
    const macs = { destination: 2 as Mac, source: 4 as Mac };
    emitEthernet(frame.bytes, 0, { ...macs, type: etherType.ipv4 });
    emitIpv4(frame.bytes, ipAt, {
      ...{ headerBytes: ipv4HeaderBytes, dscp: 0, ecn: 0, identification: number & 0xffff },
      totalLength: frame.length - ipAt,
      ...{ dontFragment: true, moreFragments: false, fragmentOffset: 0, ttl: 64 },
      protocol: ipProtocol.tcp,
      source: isData ? server : phone,
      destination: isData ? phone : server,
      options: new Uint8Array(0),
    });
    emitTcp(frame.bytes, at, {
      sourcePort: isData ? port : farPort,
      destinationPort: isData ? farPort : port,
      sequence: isData ? sequence : 7,
      acknowledgment: isData ? 7 : sequence,
      ...{ headerBytes, flags, window: 65_535, checksum: 0, urgentPointer: 0, options },
    });
    frame.bytes.fill(place & 0xff, at + headerBytes, frame.length);
    const checksum = tcpChecksum(frame.bytes, ipAt, at, frame.length);
    writeU16(frame.bytes, at + tcpOffset.checksum, checksum);
    return frame;
  }
}
