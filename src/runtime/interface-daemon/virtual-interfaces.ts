/** Virtual interfaces of the node: each has a process on its other side. */
import { addInterface, removeInterface } from '../../ip/interfaces.ts';
import { addRoute } from '../../ip/routes.ts';
import type { IpMachine } from '../../ip/state.ts';
import type { AddedInterface, VirtualWish } from '../own/messages.ts';

/** As in `sim`: more specific than a default route, and preferred among equals. */
const virtualMetric = 0;
/** Beyond every number that the kernel gives. */
const firstNumber = 1_000_000;

/** Its index in the machine. */
export function addVirtualInterface(machine: IpMachine, wish: VirtualWish): number {
  const { name, addresses, mtuBytes, routes } = wish;
  const interfaceIndex = addInterface(machine, { name, mac: undefined, addresses, mtuBytes });
  for (const prefix of routes) addRoute(machine, { prefix, interfaceIndex, metric: virtualMetric });
  return interfaceIndex;
}

export class VirtualInterfaces<Owner> {
  readonly #machine: IpMachine;
  readonly #standing = new Map<string, { added: AddedInterface; index: number; owner: Owner }>();
  #made = 0;

  constructor(machine: IpMachine) {
    this.#machine = machine;
  }

  get added(): readonly AddedInterface[] {
    return [...this.#standing.values()].map(({ added }) => added);
  }

  /** Undefined: the name is taken. */
  add(owner: Owner, wish: VirtualWish): AddedInterface | undefined {
    if (this.#machine.interfaces.some((one) => one?.name === wish.name)) return undefined;
    const added = { ...wish, index: firstNumber + this.#made };
    this.#made += 1;
    const index = addVirtualInterface(this.#machine, wish);
    this.#standing.set(wish.name, { added, index, owner });
    return added;
  }

  /** False where it is not the owner's. */
  remove(owner: Owner, name: string): boolean {
    const standing = this.#standing.get(name);
    if (standing?.owner !== owner) return false;
    this.#standing.delete(name);
    removeInterface(this.#machine, standing.index);
    return true;
  }

  namesOf(owner: Owner): string[] {
    return [...this.#standing].filter(([, one]) => one.owner === owner).map(([name]) => name);
  }

  ownerOf(name: string): Owner | undefined {
    return this.#standing.get(name)?.owner;
  }
}
