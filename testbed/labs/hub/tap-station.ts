/** A node that stands in the kernel: frames go into its devices, and come out of them. */
import { type Frame, type FramePool, releaseFrame } from '../../../src/base/frame.ts';
import type { PlannedNode } from '../../plan/plan.ts';
import type { CrashableStation, Outward } from '../network/station.ts';

/** The devices of all such nodes, by number. */
export interface DeviceDoor {
  /** Takes the frame over. */
  deliver(device: number, frame: Frame): void;
  /** Where goes what comes out of the device. */
  plug(device: number, outward: Outward): void;
  setCarrier(device: number, up: boolean): void;
  setMtu(device: number, mtuBytes: number): void;
}

export class TapStation implements CrashableStation {
  readonly name: string;
  readonly #door: DeviceDoor;
  /** By port; -1: a link that is not the hub's. */
  readonly #devices: readonly number[];
  readonly #planned: PlannedNode;
  readonly #pool: FramePool;
  readonly #outwards: Outward[] = [];
  #isCrashed = false;

  constructor(
    door: DeviceDoor,
    planned: PlannedNode,
    devices: ReadonlyMap<string, number>,
    pool: FramePool,
  ) {
    this.name = planned.name;
    this.#door = door;
    this.#planned = planned;
    this.#pool = pool;
    this.#devices = planned.interfaces.map((one) => devices.get(one.name) ?? -1);
  }

  receive(port: number, frame: Frame): void {
    if (this.#isCrashed) releaseFrame(this.#pool, frame);
    else this.#door.deliver(this.#devices[port]!, frame);
  }

  plug(port: number, outward: Outward): void {
    this.#outwards[port] = outward;
    this.#door.plug(this.#devices[port]!, outward);
  }

  /** Its kernel lives on, and is heard by nobody: its carrier stays, and frames to and from it vanish. */
  crash(): void {
    this.#isCrashed = true;
    const nowhere = { send: (frame: Frame) => releaseFrame(this.#pool, frame) };
    for (const device of this.#devices) this.#door.plug(device, nowhere);
  }

  restart(): void {
    this.#isCrashed = false;
    for (const [port, device] of this.#devices.entries()) {
      this.#door.plug(device, this.#outwards[port]!);
    }
  }

  carrierChanged(port: number, up: boolean): void {
    this.#door.setCarrier(this.#devices[port]!, up);
  }

  mtuChanged(link: string, mtuBytes: number): void {
    const port = this.#planned.interfaces.findIndex((one) => one.link === link);
    this.#door.setMtu(this.#devices[port]!, mtuBytes);
  }
}
