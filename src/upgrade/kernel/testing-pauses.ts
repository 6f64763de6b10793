/** What an upgrade costs those who wait meanwhile, beside windows as long in which nothing is upgraded. */
import type { Visit } from './testing-visitors.ts';

/** A line of the counter's trace. */
export interface Traced {
  readonly kind: string;
  readonly atMs: number;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Upgrade {
  /** From when it was asked for: the target is started. */
  readonly whole: Span;
  /** From when the source reads from no connection that is complete, to when the target reads from all. */
  readonly pause: Span;
  /** Its steps, in milliseconds. */
  readonly steps: Readonly<Record<string, number>>;
}

/** Of what was traced since `askedMs`. A wait for stragglers that came to nothing is no part of the pause. */
export function upgradeOf(askedMs: number, traced: readonly Traced[]): Upgrade {
  const last = (kind: string): number => {
    const found = traced.findLast((one) => one.kind === kind);
    if (found === undefined) throw new Error(`${kind} was not traced`);
    return found.atMs;
  };
  const gatheringMs = last('upgrade.gathering');
  const decidedMs = last('upgrade.completeness-decided');
  const stoppedMs = last('upgrade.source-stopped');
  const indicatedMs = last('upgrade.indication');
  const servingMs = last('upgrade.serving');
  return {
    whole: { fromMs: askedMs, toMs: servingMs },
    pause: { fromMs: gatheringMs, toMs: servingMs },
    steps: {
      gather: decidedMs - gatheringMs,
      stop: stoppedMs - decidedMs,
      copy: indicatedMs - stoppedMs,
      switch: servingMs - indicatedMs,
    },
  };
}

/** As long as the span, and over so long before `endMs`. */
export function spanBefore({ fromMs, toMs }: Span, endMs: number): Span {
  return { fromMs: endMs - (toMs - fromMs), toMs: endMs };
}

/** Of those who waited at some moment of the span; 0: nobody did. */
export function longestWaitMs(visits: readonly Visit[], { fromMs, toMs }: Span): number {
  const longest = (most: number, { saidMs, waitedMs }: Visit) =>
    saidMs <= toMs && saidMs + waitedMs >= fromMs ? Math.max(most, waitedMs) : most;
  return visits.reduce(longest, 0);
}

export function percentile(values: readonly number[], ratio: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * ratio) - 1] ?? 0;
}

/** `p50 1.2, p99 3.4, longest 5.6 ms`. */
export function describe(values: readonly number[]): string {
  const [median, high, most] = [0.5, 0.99, 1].map((ratio) => percentile(values, ratio).toFixed(1));
  return `p50 ${median}, p99 ${high}, longest ${most} ms`;
}
