/** Our TCP machine with the kernel's: both roles, both families, over ways that get worse. */
import type { ExecutionContext } from 'ava';
import type { Ipv4 } from '../../base/address.ts';
import { writeU16 } from '../../base/bytes.ts';
import { nsPerSecond } from '../../base/time.ts';
import { makeIpPacket } from '../../ip/empty-packet.ts';
import { closeDescriptor } from '../../linux/descriptor.ts';
import { acceptSocket, closeWithReset } from '../../linux/stream-socket.ts';
import { errno } from '../../linux/system-call.ts';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import type { Connection } from '../../tcp/connection.ts';
import { openConnection } from '../../tcp/open.ts';
import { receivePacket } from '../../tcp/packet-input.ts';
import { abortConnection } from '../../tcp/user-calls.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import { emitTcp, tcpChecksum, tcpFlag, tcpHeaderBytes, tcpOffset } from '../../wire/tcp.ts';
import { askExperts, pleaseExperts } from './testing-expert.ts';
import type { FarSide, Way } from './testing-far-side.ts';
import {
  addresses,
  connectPair,
  delayNs,
  farPort,
  isProof,
  kernelPort,
  mib,
  type Pair,
} from './testing-kernel-pair.ts';
import {
  checkRead,
  makeEnd,
  streamFrom,
  workKernelEnd,
  workMachineEnd,
} from './testing-streams.ts';

/** As `listeners.ts` has it where nothing else is asked for. */
const halfOpenLimit = 256;

/** Both send so much to each other at once, and close; each gets exactly what the other sent. */
async function exchange(t: ExecutionContext, pair: Pair, bytes: number): Promise<void> {
  const { far, fd, connection } = pair;
  const kernel = makeEnd();
  const machine = makeEnd();
  const isDone = (): boolean => {
    workKernelEnd(kernel, fd, bytes);
    workMachineEnd(machine, far, connection, bytes);
    return kernel.hasEnded && machine.hasEnded;
  };
  t.true(
    await far.run(isDone, (isProof ? 3_600 : 300) * nsPerSecond),
    `${kernel.read} and ${machine.read} of ${bytes}`,
  );
  for (const end of [kernel, machine]) {
    t.like(end, { read: bytes, wrongAt: -1, brokenBy: 0 });
  }
}

const worst: Way = {
  delayNs,
  lossRatio: 0.05,
  doubleRatio: 0.01,
  corruptRatio: 0.01,
  reorderRatio: 0.02,
};
const ways: readonly { name: string; way: Way; bytes: number; provenBytes: number }[] = [
  { name: 'over a clean way', way: { delayNs }, bytes: 8 * mib, provenBytes: 1_024 * mib },
  {
    name: 'at 1 % loss',
    way: { delayNs, lossRatio: 0.01 },
    bytes: 2 * mib,
    provenBytes: 256 * mib,
  },
  {
    name: 'at 5 % loss, doubled, corrupted and reordered',
    way: worst,
    bytes: mib / 2,
    provenBytes: 64 * mib,
  },
];

for (const family of [4, 6] as const) {
  for (const opener of ['kernel', 'machine'] as const) {
    for (const { name, way, bytes, provenBytes } of ways) {
      test(`IPv${family}, the ${opener} opens: both streams are exact ${name}`, async (t) => {
        t.timeout(isProof ? 3_600_000 : 120_000);
        using pair = await connectPair(family, opener, way);
        await exchange(t, pair, isProof ? provenBytes : bytes);
        if (way.lossRatio === undefined) pleaseExperts(t, pair.far.seen);
      });
    }
  }
}

test("the kernel's reset is told as one", async (t) => {
  using pair = await connectPair(4, 'machine', { delayNs });
  closeWithReset(pair.fd);
  pair.closeKernelEnd();
  t.true(await pair.far.run(() => pair.far.told.includes('closed reset'), 60 * nsPerSecond));
});

test("an abort of ours is the kernel's ECONNRESET", async (t) => {
  using pair = await connectPair(4, 'kernel', { delayNs });
  const { far, connection, fd } = pair;
  abortConnection(far.machine, far.nowNs(), connection, far.sink);
  const kernel = makeEnd();
  const isReset = (): boolean => {
    workKernelEnd(kernel, fd, 0);
    return kernel.brokenBy !== 0;
  };
  t.true(await far.run(isReset, 60 * nsPerSecond));
  t.is(kernel.brokenBy, errno.ECONNRESET);
});

test('short connections come and go, one after the other, and each says what it has to', async (t) => {
  t.timeout(isProof ? 3_600_000 : 120_000);
  const count = isProof ? 10_000 : 200;
  using pair = await connectPair(4, 'machine', { delayNs: 0 });
  const { far } = pair;
  const remote = { address: addresses[4].kernel, port: kernelPort };
  for (let index = 0; index < count; index++) {
    const local = { address: addresses[4].far, port: farPort + 1 + index };
    const opened = openConnection(far.machine, far.nowNs(), { local, remote }, far.sink);
    if (opened === 'in-use') return t.fail(`port ${local.port} is in use`);
    t.true(await answerOnce(pair, opened), `connection ${index}`);
  }
  t.is(far.told.filter((what) => what === 'closed finished').length, count);
});

/** Our question, the kernel's answer, and both FINs. */
async function answerOnce({ far, listener }: Pair, connection: Connection): Promise<boolean> {
  const kernel = makeEnd();
  const machine = makeEnd();
  let fd: number | undefined;
  const isDone = (): boolean => {
    fd ??= acceptSocket(listener)?.fd;
    if (fd !== undefined) workKernelEnd(kernel, fd, 300);
    workMachineEnd(machine, far, connection, 100);
    return kernel.read === 100 && machine.read === 300 && connection.state === 'time-wait';
  };
  const isAnswered = await far.run(isDone, 60 * nsPerSecond);
  if (fd !== undefined) closeDescriptor(fd);
  return isAnswered && kernel.wrongAt < 0 && machine.wrongAt < 0;
}

test('a flood of SYNs does not stop a stream that stands, and costs a bounded memory', async (t) => {
  t.timeout(isProof ? 3_600_000 : 120_000);
  const floodCount = isProof ? 50_000 : 5_000;
  const bytes = 4 * mib;
  using pair = await connectPair(4, 'kernel', { delayNs });
  const { far, fd, connection } = pair;
  const [kernel, machine] = [makeEnd(), makeEnd()];
  let sent = 0;
  let most = 0;
  const isDone = (): boolean => {
    for (let burst = 0; burst < 100 && sent < floodCount; burst++, sent++) {
      receivePacket(far.machine, far.nowNs(), forgeSyn(sent), far.sink);
    }
    most = Math.max(most, far.machine.connections.count);
    workKernelEnd(kernel, fd, bytes);
    workMachineEnd(machine, far, connection, bytes);
    return kernel.hasEnded && machine.hasEnded && sent === floodCount;
  };
  t.true(
    await far.run(isDone, 300 * nsPerSecond),
    `${kernel.read} and ${machine.read} of ${bytes}`,
  );
  for (const end of [kernel, machine]) t.like(end, { read: bytes, wrongAt: -1, brokenBy: 0 });
  t.log(`${floodCount} SYNs, ${most} connections at most`);
  t.true(most <= halfOpenLimit + 1, `${most} connections for ${floodCount} SYNs`);
});

/** From a stranger who answers nothing. */
function forgeSyn(place: number): Uint8Array {
  const source = (0xc633_0000 + (place % 65_536)) as Ipv4;
  const way = { source, destination: addresses[4].far };
  const { packet, at } = makeIpPacket(way, ipProtocol.tcp, tcpHeaderBytes, 0);
  emitTcp(packet, at, {
    ...{ sourcePort: 1_024 + (place % 60_000), destinationPort: farPort, sequence: place * 7 },
    ...{ acknowledgment: 0, headerBytes: tcpHeaderBytes, flags: tcpFlag.syn, window: 1_000 },
    ...{ checksum: 0, urgentPointer: 0, options: [] },
  });
  writeU16(packet, at + tcpOffset.checksum, tcpChecksum(packet, 0, at, packet.length));
  return packet;
}

test('a stream in which one byte is another does not pass for exact', (t) => {
  const end = makeEnd();
  checkRead(end, streamFrom(0, 1_000));
  const wrong = Uint8Array.from(streamFrom(1_000, 1_000));
  wrong[500]! ^= 1;
  checkRead(end, wrong);
  t.is(end.wrongAt, 1_000);
});

test('the experts see a packet that was tampered with', async (t) => {
  using pair = await connectPair(4, 'machine', { delayNs: 0 });
  await exchange(t, pair, 10_000);
  const [first, ...rest] = pair.far.seen.toReversed() as [FarSide['seen'][number]];
  const packet = first.packet.with(25, first.packet[25]! ^ 1);
  const remarks = askExperts([...rest.toReversed(), { ...first, packet }]);
  if (remarks === undefined) t.log('tshark is not here');
  else
    t.true(
      remarks.some((remark) => /checksum/i.test(remark)),
      `${remarks}`,
    );
});
