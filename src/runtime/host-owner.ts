/** What a socket, a frame port or a virtual interface needs of the real host that opened it. */
import type { RecordSink } from '../trace/record.ts';
import type { InterfaceTable } from './interface-table.ts';
import type { KernelLoop } from './kernel-loop.ts';

export interface HostOwner {
  readonly node: string;
  readonly loop: KernelLoop;
  readonly records: RecordSink;
  readonly interfaces: InterfaceTable;
  /** What came from outside is closed with the host too. */
  adopt(opened: { close(): void }): void;
  /** Told by what has closed itself. */
  forget(closed: { close(): void }): void;
}
