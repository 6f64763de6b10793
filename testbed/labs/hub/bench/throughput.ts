/** What iperf3 gets through, and what that cost whoever carried it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { formatIp } from '../../../../src/base/address.ts';
import { type Cable, type CableEnd, countSent, pathOf, processorSeconds } from './cable.ts';

export interface Throughput {
  /** Of payload, at the receiver. */
  readonly bitsPerSecond: number;
  /** Processor time of the carrier for each frame of either direction. */
  readonly microsecondsAFrame: number;
}

/** Without the second in which TCP finds its speed. CUBIC, because the default of a kernel may be another. */
export function measureTcp(cable: Cable, seconds: number): Promise<Throughput> {
  return measure(cable, ['-C', 'cubic', '-O', '1', '-t', String(seconds)]);
}

/** Each frame by itself, evenly spaced. */
export function measureUdp(cable: Cable, rate: string, seconds: number): Promise<Throughput> {
  return measure(cable, ['-u', '-b', rate, '-l', '1400', '-t', String(seconds)]);
}

async function measure(cable: Cable, options: readonly string[]): Promise<Throughput> {
  const { left, right, pids } = cable;
  const before = { frames: sentBy(cable), seconds: processorSeconds(pids) };
  const { end } = await runIperf(left, right, options);
  const frames = sentBy(cable) - before.frames;
  const spent = processorSeconds(pids) - before.seconds;
  const { bits_per_second: bitsPerSecond } = end.sum_received ?? end.sum!;
  return { bitsPerSecond, microsecondsAFrame: (spent * 1e6) / frames };
}

function sentBy({ left, right }: Cable): number {
  return countSent(left) + countSent(right);
}

interface IperfResult {
  readonly end: { readonly sum_received?: IperfSum; readonly sum?: IperfSum };
}

interface IperfSum {
  readonly bits_per_second: number;
}

export async function runIperf(
  from: CableEnd,
  to: CableEnd,
  options: readonly string[],
): Promise<IperfResult> {
  const server = within(to, ['iperf3', '-s', '-1', '--forceflush']);
  await once(server.stdout!, 'data');
  server.stdout!.resume();
  const client = within(from, ['iperf3', '-J', '-c', formatIp(to.address), ...options]);
  const result: IperfResult = JSON.parse(await text(client.stdout!));
  await (server.exitCode ?? once(server, 'exit'));
  return result;
}

function within(end: CableEnd, argv: readonly string[]): ChildProcess {
  return spawn('nsenter', [`--net=${pathOf(end)}`, ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
