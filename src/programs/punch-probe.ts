/**
 * Says whether and how soon a peer can be reached directly, without an interface or traffic: a
 * `punch.result` a round. Each round is a device of its own, with new sockets and new keys; with many, who
 * asks and who answers begin each at the same time, so that no box remembers either.
 */
import { nsPerMs } from '../base/time.ts';
import type { Host, Timer } from '../host/host.ts';
import type { StartProgram } from '../host/program.ts';
import { PeerDaemon } from './peer-daemon.ts';
import {
  type PeerSettings,
  type ProbeRounds,
  readPeerSettings,
  readRounds,
} from './relay-settings.ts';

export const startPunchProbe: StartProgram = (host, given) => {
  const probe = new PunchProbe(host, readPeerSettings(given), readRounds(given));
  return { stop: () => probe.stop() };
};

type Result = Readonly<Record<string, string | number | null>>;

const none: Result = { peer: null, outcome: 'relay', afterNs: null, rttNs: null, source: null };
/** Both have registered by then, on any way that a round of this length suits. */
const askRatio = 1 / 3;
/** Whoever begins a round a little earlier finds nobody left from the one before. */
const pauseNs = 20 * nsPerMs;

class PunchProbe {
  readonly #host: Host;
  readonly #settings: PeerSettings;
  readonly #rounds: ProbeRounds;
  #timers: Timer[] = [];
  #daemon: PeerDaemon | undefined;
  #round = 0;
  #isTold = false;
  #isReady = false;

  constructor(host: Host, settings: PeerSettings, rounds: ProbeRounds) {
    this.#host = host;
    this.#settings = settings;
    this.#rounds = rounds;
    if (rounds.fromNs === undefined) this.#begin(1);
    else this.#await(rounds.fromNs);
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#daemon?.stop();
    this.#daemon = undefined;
  }

  /** With a time of its own each round begins when the same one of the other does, and a late one is left out. */
  #await(fromNs: number): void {
    if (!this.#isReady) this.#host.lifecycle.ready();
    this.#isReady = true;
    const periodNs = this.#rounds.waitNs + pauseNs;
    const { clock } = this.#host;
    const round = Math.max(this.#round, Math.ceil((clock.nowNs() - fromNs) / periodNs)) + 1;
    const dueNs = fromNs + (round - 1) * periodNs;
    if (round > this.#rounds.count) this.#host.lifecycle.finish();
    else this.#timers = [clock.after(dueNs - clock.nowNs(), () => this.#begin(round))];
  }

  #begin(round: number): void {
    this.#round = round;
    this.#isTold = false;
    const { waitNs } = this.#rounds;
    const { clock } = this.#host;
    this.#daemon = new PeerDaemon(this.#host, this.#settings, {
      hasInterface: false,
      onRecord: (kind, fields) => this.#take(kind, fields),
      onReady: () => this.#onReady(),
    });
    this.#timers = [clock.after(waitNs, () => this.#end())];
    if (this.#isOne) return;
    this.#timers.push(clock.after(waitNs * askRatio, () => this.#ask()));
  }

  get #isOne(): boolean {
    return this.#rounds.count === 1;
  }

  #onReady(): void {
    if (!this.#isReady) this.#host.lifecycle.ready();
    this.#isReady = true;
    // The relay has just answered: what follows from it comes first.
    if (this.#isOne) this.#timers.push(this.#host.clock.after(0, () => this.#ask()));
  }

  #ask(): void {
    if (!this.#rounds.answers) this.#daemon?.reach();
  }

  #take(kind: string, fields: Parameters<PeerDaemon['record']>[1]): void {
    if (kind !== 'punch.established') return;
    const { peer, afterNs, rttNs, source } = fields;
    const times = { afterNs: Number(afterNs), rttNs: Number(rttNs) };
    this.#tell({ peer: String(peer), outcome: 'direct', ...times, source: String(source) });
    if (this.#isOne) this.#host.lifecycle.finish();
  }

  #tell(result: Result): void {
    if (this.#isTold) return;
    this.#isTold = true;
    if (!this.#rounds.answers) this.#host.records.record('punch.result', result);
  }

  #end(): void {
    const wasTold = this.#isTold;
    this.#tell(none);
    if (this.#isOne) {
      if (!wasTold) this.#host.lifecycle.finish();
      return;
    }
    this.stop();
    const { count, fromNs } = this.#rounds;
    if (fromNs !== undefined) this.#await(fromNs);
    else if (this.#round === count) this.#host.lifecycle.finish();
    else this.#timers = [this.#host.clock.after(pauseNs, () => this.#begin(this.#round + 1))];
  }
}
