/** Events of a scenario, done to a simulated network; and what would undo them. */

import { reboot } from '../../models/nat.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import type { ChangeModel } from '../../schema/model.ts';
import { crashableOf, type Network, stationOf, wiresOf } from './network.ts';
import { skewClock } from './node-clock.ts';

/** What stands before the change, as the change that brings it back. */
export function inverseOfChange(network: Network, change: ChangeModel): ChangeModel {
  switch (change.kind) {
    case 'link-set':
      return { ...change, toward: standing(network, change) };
    case 'link-down':
    case 'link-up': {
      const [wire] = wiresOf(network, change.link).values();
      return { kind: wire!.settings.up ? 'link-up' : 'link-down', link: change.link };
    }
    case 'node-crash': {
      const { crashed } = stationOf(network, change.node);
      return { kind: crashed ? 'node-crash' : 'node-restart', node: change.node };
    }
    case 'node-restart':
      return { kind: 'node-crash', node: change.node };
    case 'nat-reboot':
      return change;
    case 'clock-skew': {
      const { driftRatio } = stationOf(network, change.node).clock;
      return { ...change, driftRatio, offsetNs: -change.offsetNs };
    }
  }
}

/** The present values of just those settings that the change names. */
function standing(
  network: Network,
  change: ChangeModel & { kind: 'link-set' },
): Record<string, Partial<DirectionSettings>> {
  const wires = wiresOf(network, change.link);
  return Object.fromEntries(
    Object.entries(change.toward).map(([node, patch]) => {
      const { settings } = wires.get(node)!;
      const keys = Object.keys(patch) as (keyof DirectionSettings)[];
      return [node, Object.fromEntries(keys.map((key) => [key, settings[key]]))];
    }),
  );
}

/** Changes of links and clocks; nodes crash and restart with their programs, which the lab knows. */
export function changeNetwork(network: Network, change: ChangeModel): void {
  switch (change.kind) {
    case 'link-set':
      for (const [node, patch] of Object.entries(change.toward)) {
        wiresOf(network, change.link).get(node)!.change(patch);
        tellSender(network, change.link, node, patch.mtuBytes);
      }
      return;
    case 'link-down':
    case 'link-up':
      for (const wire of wiresOf(network, change.link).values()) {
        wire.change({ up: change.kind === 'link-up' });
      }
      return;
    case 'node-crash':
      crashableOf(network, change.node).crash();
      return;
    case 'node-restart':
      crashableOf(network, change.node).restart();
      return;
    case 'nat-reboot':
      rebootBox(network, change.node);
      return;
    case 'clock-skew':
      skewStation(network, change);
      return;
  }
}

/** Who sends into the direction cuts to its MTU, or tells where packets came from: never a black hole. */
function tellSender(
  network: Network,
  link: string,
  toward: string,
  mtuBytes: number | undefined,
): void {
  const sender = [...wiresOf(network, link).keys()].find((node) => node !== toward);
  if (mtuBytes !== undefined) network.stations.get(sender ?? '')?.mtuChanged(link, mtuBytes);
}

function rebootBox(network: Network, node: string): void {
  const station = stationOf(network, node);
  if (station.nat) reboot(station.nat, station.nowNs());
}

function skewStation(network: Network, change: ChangeModel & { kind: 'clock-skew' }): void {
  const station = stationOf(network, change.node);
  skewClock(station.clock, station.nowNs(), change.driftRatio, change.offsetNs);
  const { driftRatio, offsetNs } = change;
  station.record('clock.skewed', { driftRatio, offsetNs });
}
