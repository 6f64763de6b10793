/** System 2.3: a stock kernel reads a tunnel's packets, which delimit themselves by their length field. */
import { existsSync } from 'node:fs';
import { nsPerSecond } from '../../base/time.ts';
import type { StreamEvents } from '../../host/stream.ts';
import { makeIpPacket } from '../../ip/empty-packet.ts';
import { receiveStream } from '../../linux/stream-socket.ts';
import { declareLack, serialLabTest as test } from '../../linux/testing-lab.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import { mptcpProtocol } from '../kernel-paths.ts';
import { KernelNetwork } from '../kernel-tcp/kernel-network.ts';
import { KernelEnd } from '../kernel-tcp/testing-kernel-end.ts';
import { mptcpInfoOf } from './mptcp-info.ts';
import { FarTable, networks } from './testing-far-table.ts';

const port = 7_000;
const udpHeaderBytes = 8;
const totalLengthAt = 2;
/** Of UDP payload: nothing, a byte, around a segment's size, several kB, the most that IPv4 has. */
const sizes = [0, 1, 1_391, 1_392, 1_393, 1_472, 5_000, 65_507];
const rounds = 6;

function packetOf(payloadBytes: number, fill: number): Uint8Array {
  const ends = { source: networks[0].ours, destination: networks[0].kernel };
  const { packet, at } = makeIpPacket(ends, ipProtocol.udp, udpHeaderBytes + payloadBytes, 0);
  packet.fill(fill, at + udpHeaderBytes);
  return packet;
}

/** As anybody would read a stream of IPv4 packets. */
function splitByLength(stream: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    const length = stream.readUInt16BE(at + totalLengthAt);
    packets.push(stream.subarray(at, at + length));
    at += length;
  }
  return packets;
}

/** What our sender writes as messages, as the kernel's socket reads it. */
async function readByKernel(packets: readonly Uint8Array[]) {
  using stack = new DisposableStack();
  const network = stack.use(new KernelNetwork(networks[0].kernel));
  const far = new FarTable(network);
  const local = { address: 0 as never, port };
  const end = stack.use(new KernelEnd(network, { family: 4, protocol: mptcpProtocol, local }));
  end.listen();
  let isConnected = false;
  const events: StreamEvents = {
    connected: () => {
      isConnected = true;
    },
    received: () => undefined,
  };
  const choices = { transport: 'mptcp', multipath: { messages: true } } as const;
  const stream = far.table.open(
    { to: { address: networks[0].kernel, port }, ...choices },
    events,
    far,
  );
  const isOpen = () => end.take() !== undefined && isConnected;
  if (!(await far.run(isOpen, 30 * nsPerSecond))) throw new Error('they did not connect');
  const { isFallback } = mptcpInfoOf(end.take()!);
  const reading = new KernelReading(end.take()!);
  let next = 0;
  const work = () => {
    while (next < packets.length && stream.write(packets[next]!) > 0) next++;
    if (next === packets.length) stream.end();
    return reading.work();
  };
  const isWhole = await far.run(work, 60 * nsPerSecond);
  return { isFallback, isWhole, bytes: Buffer.concat(reading.chunks) };
}

class KernelReading {
  readonly chunks: Buffer[] = [];
  readonly #fd: number;
  readonly #room = new Uint8Array(65_536);

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** All that is there; true: it has come to its end. */
  work(): boolean {
    for (;;) {
      const count = receiveStream(this.#fd, this.#room);
      if (count <= 0) return count === 0;
      this.chunks.push(Buffer.from(this.#room.subarray(0, count)));
    }
  }
}

if (!existsSync('/proc/sys/net/mptcp')) declareLack('this kernel has no MPTCP');
else {
  test('system 2.3: a stock kernel’s MPTCP socket reads a stream of packets, each of which is a mapping', async (t) => {
    t.timeout(120_000);
    const packets = Array.from({ length: rounds }, (_, at) =>
      sizes.map((size) => packetOf(size, at)),
    ).flat();
    const { isFallback, isWhole, bytes } = await readByKernel(packets);
    t.true(isWhole);
    t.false(isFallback);
    const found = splitByLength(bytes);
    t.is(found.length, packets.length);
    t.true(found.every((packet, at) => packet.equals(packets[at]!)));
  });
}
