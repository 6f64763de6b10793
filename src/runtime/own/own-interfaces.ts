/** The interfaces of a node as its daemon tells of them; all are down once it is gone. */
import type { Mac } from '../../base/mac.ts';
import type { InterfaceInfo, Interfaces, Subscription } from '../../host/host.ts';
import type { KernelLoop } from '../kernel-loop.ts';

import type { AddedInterface, NodeStanding } from './messages.ts';

type Listener = (changed: InterfaceInfo) => void;

export class OwnInterfaces implements Interfaces {
  readonly #loop: KernelLoop;
  readonly #known = new Map<string, InterfaceInfo>();
  readonly #listeners = new Set<Listener>();

  constructor(loop: KernelLoop, { interfaces, virtual }: NodeStanding) {
    this.#loop = loop;
    for (const info of interfaces) this.#known.set(info.name, info);
    for (const added of virtual) this.#known.set(added.name, infoOf(added));
  }

  list(): readonly InterfaceInfo[] {
    return [...this.#known.values()];
  }

  onChange(callback: Listener): Subscription {
    const listener = (changed: InterfaceInfo) => callback(changed);
    this.#listeners.add(listener);
    return { close: () => void this.#listeners.delete(listener) };
  }

  /** Its routes stay with the daemon. */
  gatewayOf(): undefined {
    return undefined;
  }

  find(name: string): InterfaceInfo | undefined {
    return this.#known.get(name);
  }

  isUp(name: string): boolean {
    return this.#known.get(name)?.up ?? false;
  }

  put(info: InterfaceInfo): void {
    this.#known.set(info.name, info);
    this.#tell(info);
  }

  add(added: AddedInterface): void {
    this.put(infoOf(added));
  }

  remove(name: string): void {
    const info = this.#known.get(name);
    if (!this.#known.delete(name)) return;
    this.#tell({ ...info!, up: false, addresses: [] });
  }

  close(): void {
    this.#listeners.clear();
  }

  /** Inside no call of anybody's. */
  #tell(changed: InterfaceInfo): void {
    this.#loop.after(0, () => {
      for (const listener of [...this.#listeners]) {
        if (this.#listeners.has(listener)) listener(changed);
      }
    });
  }
}

/** It has no link layer. */
function infoOf({ name, index, mtuBytes, addresses }: AddedInterface): InterfaceInfo {
  return { name, index, mac: 0 as Mac, mtuBytes, up: true, addresses };
}
