/** What may differ between two runs of the same thing: when, where, how fast. */
import { createHash } from 'node:crypto';
import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import type { RunFacts } from '../schema/result.ts';

export interface RunClock {
  readonly startedAt: string;
  readonly startedMs: number;
}

export function startRunClock(): RunClock {
  return { startedAt: new Date().toISOString(), startedMs: performance.now() };
}

export function runFacts(
  clock: RunClock,
  parts: Pick<RunFacts, 'command' | 'version' | 'interrupted'>,
): RunFacts {
  return {
    startedAt: clock.startedAt,
    wallMs: Math.round(performance.now() - clock.startedMs),
    host: hostname(),
    fingerprint: fingerprint(),
    node: process.versions.node,
    ...parts,
  };
}

/** The same for two runs whose times may be compared: processor, memory, kernel, Node. */
function fingerprint(): string {
  const [first] = cpus();
  const machine = [
    first?.model,
    cpus().length,
    Math.round(totalmem() / 1_073_741_824),
    platform(),
    arch(),
    release(),
    process.versions.node,
  ];
  return createHash('sha256').update(JSON.stringify(machine)).digest('hex').slice(0, 12);
}
