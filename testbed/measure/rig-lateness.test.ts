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
    { ...at, kind: 'machine.lateness', ticks: 100, ...told },
  ];
  t.deepEqual(readRigLateness(records), {
    directions: [{ link: 'wifi', toward: 'phone', lostFrames: 5, ...told }],
    machine: told,
    probes: [{ setting: '50 Mbit/s, 10 ms', ...told }],
  });
});
