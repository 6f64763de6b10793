/** Our MPTCP with the kernel's: both roles, over two networks, with and without checksums. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { formatIp } from '../../base/address.ts';
import { nsPerMs, nsPerSecond } from '../../base/time.ts';
import type { Stream, StreamEnd, StreamEvents } from '../../host/stream.ts';
import { declareLack, serialLabTest as test } from '../../linux/testing-lab.ts';
import { mptcpProtocol } from '../kernel-paths.ts';
import { KernelNetwork } from '../kernel-tcp/kernel-network.ts';
import { pleaseExperts } from '../kernel-tcp/testing-expert.ts';
import { KernelEnd } from '../kernel-tcp/testing-kernel-end.ts';
import { checkRead, makeEnd, streamFrom, workKernelEnd } from '../kernel-tcp/testing-streams.ts';
import { mptcpInfoOf } from './mptcp-info.ts';
import { FarTable, networks } from './testing-far-table.ts';

/** In `make prove` a figure of time counts. */
const isProof = process.env['ROPEWALK_PROOF_ROUND'] !== undefined;

const kernelPort = 7_000;
const farPort = 8_000;
const bytes = 2 * 1_048_576;

/** Our end: writes so much and ends, and reads to the end of the other's. */
class FarEnd implements StreamEvents {
  readonly end = makeEnd();
  stream: Stream | undefined;
  isConnected = false;
  reason: StreamEnd | undefined;
  readonly #total: number;

  constructor(total: number) {
    this.#total = total;
  }

  connected(): void {
    this.isConnected = true;
  }

  received(chunk: Uint8Array): void {
    checkRead(this.end, chunk);
  }

  ended(): void {
    this.end.hasEnded = true;
  }

  closed(reason: StreamEnd): void {
    this.reason = reason;
  }

  work(): void {
    const { end, stream } = this;
    if (stream === undefined || !this.isConnected) return;
    while (end.written < this.#total) {
      const taken = stream.write(streamFrom(end.written, this.#total - end.written));
      if (taken === 0) return;
      end.written += taken;
      if (end.written === this.#total) stream.end();
    }
  }
}

interface Opened extends Disposable {
  readonly network: KernelNetwork;
  readonly far: FarTable;
  readonly fd: number;
  readonly ours: FarEnd;
}

interface Setting {
  readonly opener: 'kernel' | 'ours';
  readonly checksum: boolean;
}

function makeNetwork({ opener, checksum }: Setting): KernelNetwork {
  const network = new KernelNetwork(networks[0].kernel);
  network.add(networks[1].kernel);
  network.set('net/mptcp/checksum_enabled', checksum ? '1' : '0');
  const role = opener === 'kernel' ? 'subflow' : 'signal';
  const second = formatIp(networks[1].kernel);
  network.within(() => {
    run('ip', ['mptcp', 'limits', 'set', 'subflow', '8', 'add_addr_accepted', '8']);
    if (opener === 'ours') {
      run('ip', ['mptcp', 'endpoint', 'add', second, 'dev', network.deviceName, role]);
    }
  });
  return network;
}

function run(name: string, argv: readonly string[]): void {
  const { status, stderr } = spawnSync(name, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} ${argv.join(' ')}: ${stderr}`);
}

async function connectBoth(setting: Setting): Promise<Opened> {
  const stack = new DisposableStack();
  const network = stack.use(makeNetwork(setting));
  const far = new FarTable(network);
  const ours = new FarEnd(bytes);
  const isOpener = setting.opener === 'kernel';
  // Joins come to the other address: a listener of one address would refuse them.
  const local = isOpener ? undefined : { address: 0 as never, port: kernelPort };
  const choice = { family: 4, protocol: mptcpProtocol, ...(local && { local }) } as const;
  const end = stack.use(new KernelEnd(network, choice));
  const choices = { transport: 'mptcp', multipath: { checksum: setting.checksum } } as const;
  if (isOpener) {
    const accept = (stream: Stream): StreamEvents => {
      ours.stream = stream;
      return ours;
    };
    far.table.listen({ family: 4, port: farPort, ...choices }, accept, far);
    end.connect({ address: networks[0].ours, port: farPort });
  } else {
    end.listen();
    const to = { address: networks[0].kernel, port: kernelPort };
    ours.stream = far.table.open({ to, ...choices }, ours, far);
  }
  const isOpen = (): boolean => end.take() !== undefined && ours.isConnected;
  if (!(await far.run(isOpen, 10 * nsPerSecond))) throw new Error('they did not connect');
  return { network, far, fd: end.take()!, ours, [Symbol.dispose]: () => stack.dispose() };
}

/** Of the namespace's kernel: `MPTcpExt` of /proc/net/netstat. */
function countersOf(network: KernelNetwork): Readonly<Record<string, number>> {
  const text = network.within(() => readFileSync('/proc/thread-self/net/netstat', 'utf8'));
  const [names, values] = text.split('\n').filter((line) => line.startsWith('MPTcpExt:'));
  const words = values!.split(' ').slice(1).map(Number);
  return Object.fromEntries(
    names!
      .split(' ')
      .slice(1)
      .map((name, at) => [name, words[at]!]),
  );
}

/** Real time repeats a segment now and then, and no-operations fill MPTCP's options: neither is a fault. */
const isFault = (remark: string) => /malformed|checksum|bogus|invalid|illegal/i.test(remark);

if (!existsSync('/proc/sys/net/mptcp')) declareLack('this kernel has no MPTCP');
else {
  for (const opener of ['kernel', 'ours'] as const) {
    for (const checksum of [false, true]) {
      const title = `${opener === 'ours' ? 'we open' : 'the kernel opens'}${checksum ? ', with checksums' : ''}`;
      test(`${title}: both streams are exact, on two subflows, and the kernel agrees`, async (t) => {
        t.timeout(120_000);
        using pair = await connectBoth({ opener, checksum });
        const { far, fd, ours, network } = pair;
        const kernel = makeEnd();
        const joins = () =>
          countersOf(network)[opener === 'ours' ? 'MPJoinAckRx' : 'MPJoinSynAckRx'];
        let info = mptcpInfoOf(fd);
        const isDone = (): boolean => {
          workKernelEnd(kernel, fd, bytes);
          ours.work();
          if (!kernel.hasEnded) info = mptcpInfoOf(fd);
          return kernel.hasEnded && ours.end.hasEnded;
        };
        t.true(await far.run(isDone, 60 * nsPerSecond), `${kernel.read}, ${ours.end.read}`);
        t.like(kernel, { read: bytes, wrongAt: -1, brokenBy: 0 });
        t.like(ours.end, { read: bytes, wrongAt: -1, brokenBy: 0 });
        t.false(info.isFallback);
        t.is(info.usesChecksum, checksum);
        if (opener === 'ours') t.is(joins(), 1);
        const counters = countersOf(network);
        for (const name of [
          'DSSNotMatching',
          'InfiniteMapRx',
          'DataCsumErr',
          'MPFailRx',
          'RcvPruned',
        ]) {
          t.is(counters[name] ?? 0, 0, name);
        }
        await far.run(() => ours.reason !== undefined, 60 * nsPerSecond);
        t.is(ours.reason, 'finished');
        pleaseExperts(t, far.seen, isFault);
      });
    }
  }

  test('a network goes silent in the middle: the stream goes on with the kernel on the other', async (t) => {
    t.timeout(120_000);
    using pair = await connectBoth({ opener: 'ours', checksum: false });
    const { far, fd, ours } = pair;
    const kernel = makeEnd();
    const total = 32 * bytes;
    const isDone = (): boolean => {
      workKernelEnd(kernel, fd, 1);
      if (ours.end.written === 0) ours.work();
      return ours.end.hasEnded && kernel.read >= bytes;
    };
    await far.run(() => ours.stream!.paths!().length === 2, 60 * nsPerSecond);
    const hasBegun = (): boolean => {
      workKernelEnd(kernel, fd, 1);
      ours.work();
      return kernel.read > 0;
    };
    await far.run(hasBegun, 60 * nsPerSecond);
    far.silent.add('net0');
    const fromNs = far.nowNs();
    const before = kernel.read;
    await far.run(() => {
      workKernelEnd(kernel, fd, 1);
      ours.work();
      return kernel.read > before;
    }, 60 * nsPerSecond);
    const silentMs = (far.nowNs() - fromNs) / nsPerMs;
    t.log(`it went on after ${silentMs.toFixed(0)} ms`);
    t.true(kernel.read > before);
    // How soon, tells only on a machine that has nothing else to do.
    if (isProof) t.true(silentMs < 400, `${silentMs} ms`);
    t.true(await far.run(isDone, 30 * nsPerSecond), `${kernel.read} of ${total}`);
    t.is(kernel.wrongAt, -1);
  });
}
