/** Which neighbours an interface knows of, whatever it knows about them. */
import type { Ip } from '../base/address.ts';
import { releaseFrame } from '../base/frame.ts';
import { never } from '../base/time.ts';
import { forgetDestinations } from './destination-table.ts';
import type { IpInterface, IpMachine, Neighbour } from './state.ts';
import { disarmTimer } from './timers.ts';

/** A scan over a network leaves an entry for each address: at so many, those without an answer go. */
const mostNeighbours = 16_384;

export function neighbourAt(machine: IpMachine, iface: IpInterface, address: Ip): Neighbour {
  const known = iface.neighbours.get(address);
  if (known !== undefined) return known;
  if (iface.neighbours.size >= mostNeighbours) prune(machine, iface);
  const neighbour: Neighbour = {
    // What every packet touches stands first.
    state: 'unknown',
    reachableUntilNs: 0,
    iface,
    macHigh24: 0,
    macLow24: 0,
    address,
    timer: 'neighbour',
    deadlineNs: never,
    solicitations: 0,
    waiting: [],
  };
  iface.neighbours.set(address, neighbour);
  return neighbour;
}

/** The link is another one, perhaps: nothing that was learnt on it holds. */
export function forgetNeighbours(machine: IpMachine, iface: IpInterface): void {
  for (const neighbour of iface.neighbours.values()) {
    forgetNeighbour(machine, neighbour);
    for (const { frame } of neighbour.waiting.splice(0)) releaseFrame(machine.pool, frame);
  }
  iface.neighbours.clear();
  forgetDestinations(machine);
}

function forgetNeighbour(machine: IpMachine, neighbour: Neighbour): void {
  neighbour.state = 'unknown';
  disarmTimer(machine, neighbour);
}

function prune(machine: IpMachine, iface: IpInterface): void {
  for (const neighbour of iface.neighbours.values()) {
    if (neighbour.state === 'unknown') iface.neighbours.delete(neighbour.address);
  }
  forgetDestinations(machine);
}
