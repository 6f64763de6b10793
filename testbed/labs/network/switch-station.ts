/** A learning switch of a simulated network: no address, no program, only frames passed on. */
import type { Frame } from '../../../src/base/frame.ts';
import { createSwitch, receiveOnPort, type Switch, type SwitchSink } from '../../models/switch.ts';
import type { PlannedNode } from '../../plan/plan.ts';
import type { Outward, Station, Surroundings } from './station.ts';

export class SwitchStation implements Station, SwitchSink {
  readonly name: string;
  readonly #around: Surroundings;
  readonly #machine: Switch;
  readonly #outward: Outward[] = [];

  constructor(around: Surroundings, planned: PlannedNode) {
    this.name = planned.name;
    this.#around = around;
    this.#machine = createSwitch(planned.interfaces.length, around.pool);
  }

  plug(port: number, outward: Outward): void {
    this.#outward[port] = outward;
  }

  receive(port: number, frame: Frame): void {
    receiveOnPort(this.#machine, this.#around.schedule.nowNs, port, frame, this);
  }

  transmit(port: number, frame: Frame): void {
    this.#outward[port]!.send(frame);
  }

  /** What was learned on a port stays true until it ages: the cable may come back to the same place. */
  carrierChanged(): void {}

  /** It passes on what comes; the link drops what is too long for it. */
  mtuChanged(): void {}
}
