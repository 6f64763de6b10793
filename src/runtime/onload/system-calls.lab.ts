/** Systems 7.3 and 7.5: which system calls an application makes, and how many, as strace sees them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { umemFrameBytes } from '../../linux/xdp-socket.ts';
import {
  type Applications,
  echoPath,
  recordsOf,
  type StartOptions,
} from './testing-applications.ts';
import { only, providers, server, startServer, withBench } from './testing-bench.ts';
import { xdpFrames } from './xdp-wire.ts';

for (const provider of providers) {
  for (const protocol of ['udp', 'tcp'] as const) {
    test(`7.5 ${provider}, ${protocol}: fewer system calls a message than the kernel's path`, async (t) => {
      // Four starts of Node, each call of which stops for the one who counts.
      t.timeout(300_000);
      const onload = { ...only(provider), trace: undefined };
      const ours = await callsAMessage(protocol, { onload });
      const kernels = await callsAMessage(protocol, {});
      t.log(`${ours.toFixed(2)} calls a message, the kernel's path ${kernels.toFixed(2)}`);
      t.true(ours < kernels);
    });
  }
}

test('7.3 af-xdp: the memory is registered with the kernel, descriptors carry offsets within it, and the kick carries nothing', (t) =>
  withBench(async (bench) => {
    const { calls, written } = await traceCalls(bench, 'af-xdp');
    const registered = calls.find((call) => /setsockopt\(\d+, SOL_XDP, XDP_UMEM_REG/.test(call));
    t.truthy(registered);
    const socket = /setsockopt\((\d+),/.exec(registered!)![1]!;
    t.truthy(calls.find((call) => new RegExp(`mmap\\(.*, ${socket}, 0`).test(call)));
    liesWithin(t, written, xdpFrames * umemFrameBytes);
    kicksCarryNothing(t, callsAfter(calls, registered!), socket);
  }));

test("7.3 packet-ring: the memory is the kernel's, mapped by the application, and the kick carries nothing", (t) =>
  withBench(async (bench) => {
    const { calls, written } = await traceCalls(bench, 'packet-ring');
    const made = calls.find((call) => /setsockopt\(\d+, SOL_PACKET, PACKET_TX_RING/.test(call));
    t.truthy(made);
    const socket = /setsockopt\((\d+),/.exec(made!)![1]!;
    const mapping = new RegExp(`mmap\\(NULL, (\\d+), .*MAP_SHARED, ${socket}, 0`);
    const mapped = calls.map((call) => mapping.exec(call)).find((found) => found !== null);
    t.truthy(mapped);
    liesWithin(t, written, Number(mapped![1]));
    kicksCarryNothing(t, callsAfter(calls, made!), socket);
  }));

interface Written {
  readonly offset: number;
  readonly length: number;
}

function liesWithin(t: ExecutionContext, written: readonly Written[], memoryBytes: number): void {
  t.true(written.length > 0);
  const isWithin = ({ offset, length }: Written) => offset >= 0 && offset + length <= memoryBytes;
  t.deepEqual(
    written.filter((one) => !isWithin(one)),
    [],
  );
}

/** The system calls of an application that answers curl, and where its frames lay. */
async function traceCalls(
  bench: Applications,
  provider: 'af-xdp' | 'packet-ring',
): Promise<{ calls: string[]; written: Written[] }> {
  const path = join(bench.folder, 'calls');
  const which = 'setsockopt,mmap,bind,sendto,sendmsg,write,writev';
  // Detached: who ends the application ends the tracer with it.
  const before = ['strace', '-D', '-f', '-qq', '-e', `trace=${which}`, '-o', path];
  const onload = { ...only(provider), tracesFrames: true };
  const application = await startServer(bench, { onload, before });
  await bench.exec('right', 'curl', '-s', `${server}/bytes/100000`);
  const written = recordsOf(application, 'onload.written').map(({ offset, length }) => {
    return { offset: Number(offset), length: Number(length) };
  });
  return { calls: readFileSync(path, 'utf8').split('\n'), written };
}

/** Another descriptor had the same number before. */
function callsAfter(calls: readonly string[], call: string): readonly string[] {
  return calls.slice(calls.indexOf(call));
}

function kicksCarryNothing(t: ExecutionContext, calls: readonly string[], socket: string): void {
  const sends = new RegExp(`(send|sendto|sendmsg|write|writev)\\(${socket},`);
  const kicks = calls.filter((call) => sends.test(call));
  t.true(kicks.length > 0);
  for (const kick of kicks)
    t.regex(kick, new RegExp(`sendto\\(${socket}, NULL, 0, MSG_DONTWAIT, NULL, 0`));
}

const messages = 6_000;

/** Of who sends 64 bytes at a time, in bursts: what strace counts, less what a start takes. */
async function callsAMessage(protocol: 'udp' | 'tcp', options: StartOptions): Promise<number> {
  let calls = 0;
  await withBench(async (bench) => {
    const path = join(bench.folder, 'counts');
    const before = ['strace', '-f', '-qq', '-c', '-o', path];
    const count = async (sent: number): Promise<number> => {
      const words = [echoPath, `${protocol}-burst`, '192.0.2.2', '7000', String(sent)];
      const sending = bench.start('left', words, { ...options, before });
      await sending.line('sent');
      await sending.ended();
      return totalIn(readFileSync(path, 'utf8'));
    };
    const sink = bench.start('right', [
      echoPath,
      `${protocol}-${protocol === 'tcp' ? 'sink' : 'echo'}`,
      '7000',
    ]);
    await sink.line('listening');
    const atRest = await count(1);
    calls = ((await count(messages)) - atRest) / messages;
  });
  return calls;
}

/** `100.00    0.012345           1     12345       678 total`: how many calls there were. */
function totalIn(table: string): number {
  const line = table.split('\n').find((one) => one.trimEnd().endsWith('total'));
  return Number(line!.trim().split(/\s+/)[3]);
}
