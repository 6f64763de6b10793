/** Frames out of and into devices, and the one place where the hub sleeps. */
import { type Frame, type FramePool, mediumBytes } from '../../../src/base/frame.ts';
import type { FrameArena } from './frame-arena.ts';

/** Devices are numbers from 0 on, in the order in which their descriptors were given. */
export interface FrameIo extends Disposable {
  readonly name: 'io-uring' | 'epoll';
  /** Frames that were handed over and have not left. */
  readonly pending: number;
  /** What the last exchange brought, to be taken over by whoever asked for it. */
  readonly arrivedCount: number;
  readonly arrivedFrames: readonly Frame[];
  readonly arrivedDevices: Int32Array;
  /** Since the last exchange the control descriptor became readable, or was closed. */
  readonly controlReady: boolean;
  /** From now on frames may be so long, without their Ethernet header. */
  makeRoom(mtuBytes: number): void;
  /** Takes the frame over; it leaves at the next `flush` or `exchange` at the latest. */
  write(device: number, frame: Frame): void;
  flush(): void;
  /**
   * Lets what is pending leave, then takes what has arrived. In between it sleeps: for so long at most,
   * and until so many frames wait, or some where the system can't count them.
   */
  exchange(sleepNs: number, wanted: number): void;
}

export interface FrameIoEvents {
  /** The device did not take a frame, or gave one that was longer than it may be: an errno. */
  refused(device: number, reason: number): void;
  /** The device is gone, with its namespace or by somebody's hand. */
  gone(device: number, reason: number): void;
}

/** 802.1Q lengthens a frame by its tag; one byte more tells a frame that fits from one that was cut. */
const headerBytes = 14 + 4 + 1;
const longestBytes = 65_600;

/** Room for a frame of any of these MTUs: what a class of the pool holds, for all of it is used. */
export function frameRoom(mtusBytes: readonly number[]): number {
  const neededBytes = Math.max(0, ...mtusBytes) + headerBytes;
  return neededBytes <= mediumBytes ? mediumBytes : longestBytes;
}

export interface FrameIoOptions {
  readonly devices: readonly number[];
  readonly controlFd: number;
  readonly pool: FramePool;
  readonly arena: FrameArena;
  /** The MTU of each device. */
  readonly mtusBytes: readonly number[];
  readonly events: FrameIoEvents;
}
