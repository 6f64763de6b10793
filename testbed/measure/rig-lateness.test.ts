import test from 'ava';
import type { TraceRecord } from '../../src/trace/record.ts';
import { readRigLateness } from './rig-lateness.ts';

const at = { tNs: 5, node: 'lab' };

test('in virtual time nothing tells of lateness', (t) => {
  const counters: TraceRecord = { ...at, kind: 'link.counters', link: 'wifi' };
  t.is(readRigLateness([counters]), undefined);
});

test('what the hub and the machine told is put together', (t) => {
  const told = { p50Ns: 1, p99Ns: 2, worstNs: 3 };
  const records: TraceRecord[] = [
    {
      ...at,
      kind: 'hub.lateness',
      link: 'wifi',
      toward: 'phone',
      frames: 9,
      ...told,
      refusedFrames: 1,
      overrunFrames: 4,
    },
    { ...at, kind: 'hub.probed', setting: '50 Mbit/s, 10 ms', frames: 100, ...told },
    { ...at, kind: 'program.waited', id: 'ping/requester', ranNs: 9, waitedNs: 7 },
    { ...at, kind: 'onload.waited', program: 'web', ranNs: 5, waitedNs: 3 },
    { ...at, kind: 'onload.waited', program: 'web', ranNs: 6, waitedNs: 0 },
    { ...at, kind: 'machine.lateness', ticks: 100, ...told },
  ];
  t.deepEqual(readRigLateness(records), {
    directions: [{ link: 'wifi', toward: 'phone', lostFrames: 5, ...told, steadyNs: 1 }],
    machine: { ...told, steadyNs: 2 },
    programs: [
      { id: 'ping/requester', ranNs: 9, waitedNs: 7 },
      { id: 'web', ranNs: 11, waitedNs: 3 },
    ],
    probes: [{ setting: '50 Mbit/s, 10 ms', ...told, steadyNs: 2 }],
  });
});

test('the worst of what sleeps and of what works stands for all of them', (t) => {
  const sleeper = { p50Ns: 5, p99Ns: 20, worstNs: 300 };
  const busy = { p50Ns: 7, p99Ns: 10, worstNs: 4_000 };
  const read = readRigLateness([
    { ...at, kind: 'machine.lateness', ticks: 100, ...sleeper },
    { ...at, kind: 'program.lateness', id: 'feed/sink', ticks: 50, ...busy },
  ]);
  t.deepEqual(read!.machine, { p50Ns: 7, p99Ns: 20, worstNs: 4_000, steadyNs: 20 });
});
