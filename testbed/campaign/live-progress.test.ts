import test from 'ava';
import type { TrafficModel } from '../schema/model.ts';
import { describeTraffic } from './live-progress.ts';
import { ping } from './testing-scenario.ts';

const stream: TrafficModel = { ...ping, name: 'download', generator: 'stream', count: undefined };
const mib = 1_048_576;

const lines: readonly [TrafficModel, Record<string, number>, string | undefined][] = [
  [{ ...stream, bytes: 64 * mib }, { 'download.bytes': 41.9 * mib }, '41 of 64 MiB'],
  [{ ...stream, bytes: 64 * mib }, { 'download.bytes': 64 * mib - 1 }, '63 of 64 MiB'],
  [{ ...stream, bytes: 4 * mib }, { 'download.bytes': 2.58 * mib }, '2.5 of 4 MiB'],
  [{ ...stream, bytes: 4 * mib }, {}, '0 of 4 MiB'],
  [{ ...stream, bytes: 5_000 }, { 'download.bytes': 1_200 }, '1200 of 5000 B'],
  [{ ...stream, count: 100 }, { 'download.received': 3 }, '3 of 100 datagrams'],
  [{ ...ping, count: 9 }, { 'ping.answered': 3 }, '3 of 9 answers'],
  [stream, { 'download.bytes': 5 }, undefined],
  [{ ...ping, count: undefined }, { 'ping.answered': 3 }, undefined],
];

for (const [traffic, counters, text] of lines) {
  test(`unfinished ${JSON.stringify(counters)} of a ${traffic.generator} is ${text}`, (t) => {
    t.is(
      describeTraffic(traffic, (name) => counters[name] ?? 0),
      text,
    );
  });
}
