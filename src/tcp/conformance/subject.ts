/** A TCP under test, whichever: ours in virtual time, or a kernel's in real time. */
import type { Family } from '../../base/address.ts';
import type { TcpState } from '../connection.ts';
import type { SubjectSettings } from './case.ts';

export interface Subject {
  readonly family: Family;
  nowNs(): number;
  listen(settings: SubjectSettings): void;
  connect(settings: SubjectSettings): void;
  write(bytes: Uint8Array): void;
  /** What waits in order, at most so much. */
  read(bytes: number): Uint8Array;
  /** No more will be written. */
  close(): void;
  abort(): void;
  /** The user goes away altogether. */
  release(): void;
  inject(packet: Uint8Array): void;
  /** The next packet that it sends, or undefined once `untilNs` came. */
  next(untilNs: number): Promise<Uint8Array | undefined>;
  /** What was injected has been heeded: asked before state, told and readable are. */
  settle(): Promise<void>;
  /** Of the connection at hand; `closed` where there is none. */
  state(): TcpState;
  /** What its user was told so far: `connected`, `ended`, `closed reset`. */
  told(): ReadonlySet<string>;
  readableBytes(): number;
}

/** Of both sides, the same for every subject. */
export const subjectPort = 7_000;
export const scriptPort = 8_000;
