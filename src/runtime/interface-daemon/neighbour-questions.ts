/** Who has asked for a neighbour's MAC, until the link has answered or has not. */
import type { Ip } from '../../base/address.ts';
import type { Mac } from '../../base/mac.ts';
import { neighbourAt } from '../../ip/neighbour-table.ts';
import { askNeighbour } from '../../ip/neighbours.ts';
import type { IpSink } from '../../ip/sink.ts';
import { macOf } from '../../ip/solicit.ts';
import type { IpInterface, IpMachine, Neighbour } from '../../ip/state.ts';

interface PendingQuestion<Asker> {
  readonly asker: Asker;
  readonly neighbour: Neighbour;
}

export type AnswerNeighbour<Asker> = (asker: Asker, neighbour: Neighbour, mac: Mac) => void;

export class NeighbourQuestions<Asker> {
  readonly #answer: AnswerNeighbour<Asker>;
  #pending: PendingQuestion<Asker>[] = [];

  constructor(answer: AnswerNeighbour<Asker>) {
    this.#answer = answer;
  }

  ask(
    asker: Asker,
    address: Ip,
    iface: IpInterface,
    machine: IpMachine,
    nowNs: number,
    sink: IpSink,
  ): void {
    const neighbour = neighbourAt(machine, iface, address);
    if (askNeighbour(machine, nowNs, neighbour, sink)) {
      this.#answer(asker, neighbour, macOf(neighbour));
      return;
    }
    const isPending = this.#pending.some(
      (one) => one.asker === asker && one.neighbour === neighbour,
    );
    if (!isPending) this.#pending.push({ asker, neighbour });
  }

  /** After anything that the machine has heard. Who gets no answer asks again, or gives up by himself. */
  settle(): void {
    if (this.#pending.length === 0) return;
    const still = this.#pending.filter(({ neighbour: { state } }) => isOpen(state));
    const over = this.#pending.filter(({ neighbour: { state } }) => !isOpen(state));
    this.#pending = still;
    for (const { asker, neighbour } of over) {
      if (neighbour.state === 'reachable') this.#answer(asker, neighbour, macOf(neighbour));
    }
  }

  forget(asker: Asker): void {
    this.#pending = this.#pending.filter((one) => one.asker !== asker);
  }
}

function isOpen(state: Neighbour['state']): boolean {
  return state === 'incomplete' || state === 'probe' || state === 'delay' || state === 'stale';
}
