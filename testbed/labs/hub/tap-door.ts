/** Between the network's machines and the devices of nodes in the kernel: who is where, and what went wrong. */
import type { Frame } from '../../../src/base/frame.ts';
import { createLateness, type Lateness, quantileNs } from '../../../src/base/lateness.ts';
import { SystemCallError } from '../../../src/linux/system-call.ts';
import type { Field } from '../../../src/trace/record.ts';
import type { Outward } from '../network/station.ts';
import type { FrameIo, FrameIoEvents } from './frame-io.ts';
import type { HubLoop } from './hub-loop.ts';
import { countOverruns, setDeviceMtu, type TapDevice } from './tap-devices.ts';
import type { DeviceDoor } from './tap-station.ts';

export type NoteRecord = (kind: string, fields: Readonly<Record<string, Field>>) => void;

export class TapDoor implements DeviceDoor, FrameIoEvents {
  readonly outwards: Outward[] = [];
  readonly lateness: readonly Lateness[];
  /** Both are there before the first frame is. */
  loop: HubLoop | undefined;
  io: FrameIo | undefined;
  readonly #devices: readonly TapDevice[];
  readonly #note: NoteRecord;
  /** By device: frames that it did not take. */
  readonly #refused: number[];

  constructor(devices: readonly TapDevice[], note: NoteRecord) {
    this.#devices = devices;
    this.#note = note;
    this.lateness = devices.map(createLateness);
    this.#refused = devices.map(() => 0);
  }

  deliver(device: number, frame: Frame): void {
    this.loop!.deliver(device, frame);
  }

  plug(device: number, outward: Outward): void {
    if (device >= 0) this.outwards[device] = outward;
  }

  setCarrier(device: number, up: boolean): void {
    this.#attempt(device, ({ tun }) => tun.setCarrier(up));
  }

  setMtu(device: number, mtuBytes: number): void {
    this.io?.makeRoom(mtuBytes);
    this.#attempt(device, ({ port }) => setDeviceMtu(port, mtuBytes));
  }

  /** A node that is gone is no fault of those that are left. */
  #attempt(device: number, action: (device: TapDevice) => void): void {
    try {
      action(this.#devices[device]!);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      this.gone(device, error.errno);
    }
  }

  /** The first is told at once, all of them at the end. */
  refused(device: number, reason: number): void {
    if (this.#refused[device]! === 0)
      this.#note('hub.refused', { ...this.#placeOf(device), reason });
    this.#refused[device]!++;
  }

  gone(device: number, reason: number): void {
    this.#note('hub.device-gone', { ...this.#placeOf(device), reason });
  }

  /** For each direction that leads to a node in the kernel: how late its frames were. */
  *latenessRows(): Generator<Readonly<Record<string, Field>>> {
    const overruns = countOverruns(this.#devices.map(({ port }) => port));
    for (const [device, lateness] of this.lateness.entries()) {
      yield {
        ...this.#placeOf(device),
        frames: lateness.frames,
        p50Ns: quantileNs(lateness, 0.5),
        p99Ns: quantileNs(lateness, 0.99),
        worstNs: lateness.worstNs,
        refusedFrames: this.#refused[device]!,
        overrunFrames: overruns[device]!,
      };
    }
  }

  #placeOf(device: number): { link: string; toward: string } {
    const { node, interface: link } = this.#devices[device]!.port;
    return { link, toward: node };
  }
}
