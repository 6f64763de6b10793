/** What stands at the end of a link: a node with an IP machine, or a switch. */
import type { Frame, FramePool } from '../../../src/base/frame.ts';
import type { Field } from '../../../src/trace/record.ts';
import type { Schedule } from './schedule.ts';

/** The way out of a port: the direction of a link that leads away from it. */
export interface Outward {
  /** Takes the frame over. */
  send(frame: Frame): void;
}

export interface Station {
  readonly name: string;
  /** A frame that arrived by the port; ownership comes with it. */
  receive(port: number, frame: Frame): void;
  /** The direction that leads away from the port, once it is plugged in. */
  plug(port: number, outward: Outward): void;
  carrierChanged(port: number, up: boolean): void;
  /** What leaves by the link may be so long from now on. */
  mtuChanged(link: string, mtuBytes: number): void;
}

/** One that has a memory to lose. */
export interface CrashableStation extends Station {
  crash(): void;
  restart(): void;
}

/** Sees what nodes send and get; the frames stay whose they are. */
export interface FrameWatcher {
  /** The node hands the frame to a link. */
  leaving(node: string, frame: Frame): void;
  /** The link hands the frame to the node. */
  arriving(node: string, frame: Frame): void;
  /** Records what waits to be. */
  flush(): void;
}

export type CaptureDirection = 'inbound' | 'outbound';

/** Sees each frame at both ends of its link. */
export interface FrameCapture {
  frame(tNs: number, node: string, link: string, direction: CaptureDirection, frame: Frame): void;
  /** So many frames wait for the link toward that node, now that one was handed to it. */
  queued?(tNs: number, toward: string, link: string, frames: number): void;
}

/** What every part of a simulated network shares. */
export interface Surroundings {
  readonly seed: number;
  readonly schedule: Schedule;
  readonly pool: FramePool;
  readonly capture: FrameCapture | undefined;
  /** Undefined: no flow is followed. */
  readonly watch?: FrameWatcher | undefined;
  /** A record on the run's own time; nodes say their clock's. */
  readonly record: (
    tNs: number,
    node: string,
    kind: string,
    fields: Readonly<Record<string, Field>>,
  ) => void;
}
