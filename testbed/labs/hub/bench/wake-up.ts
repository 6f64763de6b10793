/** How late the kernel wakes a thread that has no priority: what else runs on the machine shows in it. */
import process from 'node:process';
import { Epoll } from '../../../../src/linux/epoll.ts';

const wakes = 400;
const sleepNs = 1_000_000;

/** The 99th percentile, in nanoseconds. */
export function wakeUpLateness(): number {
  using epoll = new Epoll();
  const late = Array.from({ length: wakes }, () => {
    const before = process.hrtime.bigint();
    epoll.waitNs(sleepNs);
    return Number(process.hrtime.bigint() - before) - sleepNs;
  });
  return late.toSorted((a, b) => a - b)[Math.ceil(wakes * 0.99) - 1]!;
}
