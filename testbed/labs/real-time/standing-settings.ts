/**
 * What stands of a network whose links are somebody else's: a mirror that every change is done to, so
 * that what would undo the next one is known without asking. It is the network of `sim`, whose time
 * never goes on and whose records nobody reads: both labs undo alike.
 */
import { createFramePool } from '../../../src/base/frame.ts';
import type { Plan } from '../../plan/plan.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import type { ChangeModel } from '../../schema/model.ts';
import { changeNetwork, inverseOfChange } from '../network/changes.ts';
import { buildNetwork, type Network, stationOf, wiresOf } from '../network/network.ts';
import { createSchedule } from '../network/schedule.ts';

export class StandingSettings {
  readonly #network: Network;

  constructor(plan: Plan) {
    this.#network = buildNetwork(plan, {
      seed: plan.seed,
      schedule: createSchedule(),
      pool: createFramePool(),
      capture: undefined,
      record: () => {},
    });
  }

  apply(change: ChangeModel): void {
    changeNetwork(this.#network, change);
  }

  inverseOf(change: ChangeModel): ChangeModel {
    return inverseOfChange(this.#network, change);
  }

  isDown(node: string): boolean {
    return stationOf(this.#network, node).crashed;
  }

  settingsToward(link: string, node: string): DirectionSettings {
    return wiresOf(this.#network, link).get(node)!.settings;
  }
}
