/** An application on the library under a flood of SYNs that nobody means. */
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { Ipv4 } from '../../base/address.ts';
import { parseIp } from '../../base/address.ts';
import { readU16, readU32, writeU16 } from '../../base/bytes.ts';
import { waitReadable } from '../../linux/descriptor.ts';
import { runInNamespace } from '../../linux/network-namespace.ts';
import { PacketRing } from '../../linux/packet-ring.ts';
import { linkOf, TestCable, serialLabTest as test } from '../../linux/testing-lab.ts';
import { emitEthernet, ethernetHeaderBytes, etherType } from '../../wire/ethernet.ts';
import { emitIpv4, ipv4HeaderBytes, ipv4Offset } from '../../wire/ipv4.ts';
import { emitTcp, tcpChecksum, tcpFlag, tcpHeaderBytes, tcpOffset } from '../../wire/tcp.ts';
import { type Application, Applications, echoPath, recordsOf } from './testing-applications.ts';

const isProof = process.env['ROPEWALK_PROOF_ROUND'] !== undefined;
const synCount = isProof ? 50_000 : 5_000;
/** So many at once that the smallest ring on the way holds them. */
const burst = 100;
/** What a listener of the library keeps half open, as its default; all else is answered by cookies. */
const backlog = 256;
/** State of a connection takes 5 kB: so many of them would take four times this. */
const mostGrownMib = 64;
const left = '192.0.2.1';
/** In each of so many parts of the flood the connection that stands has to be answered. */
const parts = 5;
const synsAPart = synCount / parts;
const [ipAt, tcpAt] = [ethernetHeaderBytes, ethernetHeaderBytes + ipv4HeaderBytes];
const frameBytes = tcpAt + tcpHeaderBytes;

/** From 198.51.0.0/16, which is behind the right and where nobody is. */
function forgeSyn(cable: Macs, place: number): Uint8Array {
  const frame = new Uint8Array(frameBytes);
  emitEthernet(frame, 0, { destination: cable.left, source: cable.right, type: etherType.ipv4 });
  emitIpv4(frame, ipAt, {
    ...{ headerBytes: ipv4HeaderBytes, dscp: 0, ecn: 0, options: new Uint8Array() },
    ...{ totalLength: frameBytes - ipAt, identification: 0, fragmentOffset: 0, ttl: 64 },
    ...{ dontFragment: true, moreFragments: false, protocol: 6, checksum: 0 },
    ...{ source: (0xc633_0000 + (place % 65_536)) as Ipv4, destination: parseIp(left) as Ipv4 },
  });
  emitTcp(frame, tcpAt, {
    ...{ sourcePort: 1_024 + (place % 60_000), destinationPort: 7_000, sequence: place * 7 },
    ...{ acknowledgment: 0, headerBytes: tcpHeaderBytes, flags: tcpFlag.syn, window: 1_000 },
    ...{ checksum: 0, urgentPointer: 0, options: [] },
  });
  writeU16(frame, tcpAt + tcpOffset.checksum, tcpChecksum(frame, ipAt, tcpAt, frameBytes));
  return frame;
}

type Macs = ReturnType<typeof macsOf>;

function macsOf(cable: TestCable) {
  const macOn = (side: 'left' | 'right') => {
    using socket = cable.socketOn(side);
    return linkOf(socket, 'cable')!.mac;
  };
  return { left: macOn('left'), right: macOn('right') };
}

/** Who sends them, and hears whom the answers go to. */
class Flooder implements Disposable {
  readonly #ring: PacketRing;
  readonly #macs: Macs;
  readonly answered = new Set<number>();
  /** Frames with data to the connection that stands, as they passed among the answers to SYNs. */
  dataToStanding = 0;
  readonly #standingPort: number;

  constructor(cable: TestCable, standingPort: number) {
    this.#standingPort = standingPort;
    const interfaceIndex = cable.indexOn('right');
    const size = { frameBytes: 1_514, receiveFrames: 1_024, sendFrames: 256 };
    this.#ring = runInNamespace(cable.right, () => PacketRing.open({ interfaceIndex, ...size }));
    this.#macs = macsOf(cable);
  }

  async flood(from: number, count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += burst) await this.#send(from + sent, burst);
  }

  /** The next of them when these are answered, so that none is lost on the way. */
  async #send(from: number, count: number): Promise<void> {
    for (let place = from; place < from + count; place++)
      this.#ring.put(forgeSyn(this.#macs, place));
    this.#ring.flush();
    while (this.answered.size < from + count) {
      if (!waitReadable(this.#ring.fd, 20_000)) return;
      this.#ring.receive(({ bytes }) => this.#hear(bytes));
      await setImmediate();
    }
  }

  #hear(frame: Uint8Array): void {
    if (readU16(frame, ipAt - 2) !== etherType.ipv4 || frame.length < frameBytes) return;
    const to = readU32(frame, ipAt + ipv4Offset.destination);
    const isAnswer = frame[tcpAt + tcpOffset.flags] === (tcpFlag.syn | tcpFlag.ack);
    if (isAnswer && to >>> 16 === 0xc633) this.answered.add(to & 0xffff);
    if (this.#isDataToStanding(frame)) this.dataToStanding += 1;
  }

  #isDataToStanding(frame: Uint8Array): boolean {
    if (readU16(frame, tcpAt + tcpOffset.sourcePort) !== 7_000) return false;
    if (readU16(frame, tcpAt + tcpOffset.destinationPort) !== this.#standingPort) return false;
    const headersBytes = ipv4HeaderBytes + (frame[tcpAt + tcpOffset.dataOffset]! >>> 4) * 4;
    return readU16(frame, ipAt + ipv4Offset.totalLength) > headersBytes;
  }

  [Symbol.dispose](): void {
    this.#ring[Symbol.dispose]();
  }
}

function residentMib({ child }: Application): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) / 1_024;
}

/** What the listener held of those that nobody means. */
function halfOpened(server: Application): number {
  const states = recordsOf(server, 'tcp.state').filter(({ state }) => state === 'syn-received');
  return states.filter(({ remote }) => String(remote).startsWith('198.51.')).length;
}

for (const provider of ['af-xdp', 'packet-ring'] as const) {
  const onload = { hierarchies: { tcp: [provider], udp: [] } } as const;

  test(`${provider}: ${synCount} forged SYNs stop neither a connection that stands nor a new one, and cost a bounded memory`, async (t) => {
    t.timeout(300_000);
    using cable = new TestCable();
    const bench = new Applications(cable);
    try {
      await bench.exec('left', 'ip', 'route', 'add', '198.51.0.0/16', 'via', '192.0.2.2');
      const server = bench.start('left', [echoPath, 'tcp-echo', '7000'], { onload });
      await server.line('listening');
      await surviveFlood(t, bench, cable, server);
      t.like(recordsOf(server, 'onload.selected')[0], { provider });
    } finally {
      await bench.end();
    }
  });
}

async function surviveFlood(
  t: ExecutionContext,
  bench: Applications,
  cable: TestCable,
  server: Application,
): Promise<void> {
  const standing = bench.start('right', [echoPath, 'tcp-keep', left, '7000']);
  const { port } = JSON.parse(await standing.line('standing'));
  const before = residentMib(server);
  using flooder = new Flooder(cable, port);
  let late: Application | undefined;
  for (let part = 0; part < parts; part++) {
    if (part === (parts - 1) / 2)
      late = bench.start('right', [echoPath, 'tcp-ask', left, '7000', '10']);
    const dataBefore = flooder.dataToStanding;
    await flooder.flood(part * synsAPart, synsAPart);
    t.true(flooder.dataToStanding > dataBefore, `answered while part ${part + 1} went on`);
  }
  const grownMib = residentMib(server) - before;
  t.is(flooder.answered.size, synCount, 'each SYN was answered');
  t.like(JSON.parse(await late!.line('answers')), { answers: 10 });
  t.is(await late!.ended(), 0);
  standing.child.kill('SIGTERM');
  t.true(JSON.parse(await standing.line('answers')).answers > 1);
  t.is(await standing.ended(), 0);
  t.log(`${halfOpened(server)} half open, memory grew by ${grownMib.toFixed(0)} MiB`);
  t.true(halfOpened(server) >= backlog);
  t.true(halfOpened(server) <= backlog + 1, 'all others got cookies');
  t.true(grownMib <= mostGrownMib);
}
