/** The hub, seen from the orchestrator: a process that carries a network's links in real time. */
import type { MonotonicTime } from '../../../src/runtime/run-clock.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import type { ChangeModel } from '../../schema/model.ts';
import type { HubNetwork } from './messages.ts';

export interface HubOptions {
  readonly onRecord: (record: TraceRecord) => void;
  /** The run's start, from which every record's time counts. */
  readonly start: MonotonicTime;
  /** The process ended, or refused what it was told; whoever awaits an answer is told as well. */
  readonly onFailure?: (error: Error) => void;
}

export class Hub implements AsyncDisposable {
  private constructor() {}

  /** The process is up, and waits for `open`: start it early, while namespaces are made. */
  static async start(_options: HubOptions): Promise<Hub> {
    return new Hub();
  }

  get pid(): number {
    return 0;
  }

  /** When it resolves, every TAP stands in its namespace with MAC, MTU and carrier; who sets it up is the rig. */
  async open(_network: HubNetwork): Promise<void> {}

  /** Applied on receipt, and recorded: links, and the NAT boxes that are the hub's own. */
  change(_change: ChangeModel): void {}

  /** Every frame of these links (all, if left out) from now on; undefined: no more. Resolves when it is so. */
  async capture(_path: string | undefined, _links?: readonly string[]): Promise<void> {}

  /** All records so far have been handed out, then `link.counters`, `hub.lateness` and `hub.loop`. */
  async settle(): Promise<void> {}

  /** The TAPs go with the process. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
