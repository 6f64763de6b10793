/** What may differ between two runs of the same thing: when, where, how fast. */
import { hostname } from 'node:os';
import { thisMachine } from '../baseline/machine.ts';
import type { RunFacts } from '../schema/result.ts';

export interface RunClock {
  readonly startedAt: string;
  /** `2026-06-01` */
  readonly today: string;
  readonly startedMs: number;
}

export function startRunClock(): RunClock {
  const startedAt = new Date().toISOString();
  const today = startedAt.slice(0, 'yyyy-mm-dd'.length);
  return { startedAt, today, startedMs: performance.now() };
}

export function runFacts(
  clock: RunClock,
  parts: Pick<RunFacts, 'command' | 'version' | 'interrupted' | 'revision' | 'calibration'>,
): RunFacts {
  const { fingerprint, text: machine } = thisMachine();
  return {
    startedAt: clock.startedAt,
    wallMs: Math.round(performance.now() - clock.startedMs),
    host: hostname(),
    fingerprint,
    machine,
    node: process.versions.node,
    ...parts,
  };
}
