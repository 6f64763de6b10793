/** When the first datagram to a port left by a link, as the kernel stamped it on its way out. */
import process from 'node:process';
import { type Ipv4, readIpv4 } from '../../base/address.ts';
import { readU16 } from '../../base/bytes.ts';
import { waitReadable } from '../../linux/descriptor.ts';
import { read64 } from '../../linux/layout.ts';
import { PacketRing } from '../../linux/packet-ring.ts';
import { RouteSocket } from '../../linux/route-socket.ts';
import { bindCall, checkCall } from '../../linux/system-call.ts';
import { indexOf, type LinkName, type TestTerminal } from './testing-terminal.ts';

const clockCall = bindCall('clock_gettime', 'int', ['int', 'bytes']);
const timeOfDay = 0;
const nsPerSecond = 1_000_000_000n;
/** An Ethernet header, then IPv4 without options, then UDP. */
const at = { protocol: 14 + 9, source: 14 + 12, port: 14 + 20 + 2 } as const;
const shortestBytes = 14 + 20 + 8;
const udp = 17;
const patienceMs = 10_000;

/** What is to be taken from a time of day for the clock of `process.hrtime`. */
function clockOffsetNs(): bigint {
  const time = new Uint8Array(16);
  const before = process.hrtime.bigint();
  checkCall(clockCall(timeOfDay, time), 'clock_gettime', 'CLOCK_REALTIME');
  const middle = (before + process.hrtime.bigint()) / 2n;
  return BigInt(read64(time, 0)) * nsPerSecond + BigInt(read64(time, 8)) - middle;
}

/** Hears one link from when it is opened on. */
export class FirstFrame implements Disposable {
  readonly #ring: PacketRing;
  readonly #offsetNs = clockOffsetNs();

  constructor(terminal: TestTerminal, link: LinkName) {
    this.#ring = terminal.within(() => {
      using route = new RouteSocket();
      return PacketRing.open({
        ...{ interfaceIndex: indexOf(route, link), frameBytes: 128, withOutgoing: true },
        ...{ receiveFrames: 256, sendFrames: 1 },
      });
    });
  }

  /** On the clock of `process.hrtime`; undefined: none has left yet. */
  leftAtNs(source: Ipv4, port: number): number | undefined {
    let leftAtNs: number | undefined;
    this.#ring.receive(({ bytes }) => {
      const { direction, seconds, nanoseconds } = this.#ring.readStamp();
      const isIt = direction === 'outbound' && isDatagram(bytes, source, port);
      const stampNs = BigInt(seconds) * nsPerSecond + BigInt(nanoseconds);
      if (isIt) leftAtNs ??= Number(stampNs - this.#offsetNs);
    });
    return leftAtNs;
  }

  /** Until there is something to look at; this thread sleeps, and whoever is measured has the processor. */
  wait(): void {
    if (!waitReadable(this.#ring.fd, patienceMs)) throw new Error('nothing left by the link');
  }

  [Symbol.dispose](): void {
    this.#ring[Symbol.dispose]();
  }
}

function isDatagram(frame: Uint8Array, source: Ipv4, port: number): boolean {
  if (frame.length < shortestBytes || frame[at.protocol] !== udp) return false;
  return readIpv4(frame, at.source) === source && readU16(frame, at.port) === port;
}
