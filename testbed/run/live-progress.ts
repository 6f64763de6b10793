/** What the run must know of the traffic while it goes on; whoever can measure hands it in. */
import type { TraceRecord } from '../../src/trace/record.ts';
import type { Expression } from '../schema/expression.ts';

export interface LiveProgress {
  note(record: TraceRecord): void;
  /** Whether the condition of an event's `after:` holds by now. */
  holds(condition: Expression): boolean;
  /** `41 of 64 MiB`; undefined where there is nothing to count. */
  describe(traffic: string): string | undefined;
}
