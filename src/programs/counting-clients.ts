/**
 * Several streams of one peer that count by one counter of the service. Each number is to be said once: one that
 * is said twice was told to somebody by a board that died before anybody else knew of it.
 */
import { nsPerSecond } from '../base/time.ts';
import type { Host, Timer } from '../host/host.ts';
import type { Stream } from '../host/stream.ts';
import type { ClientSettings } from './backup-settings.ts';

const streams = 8;
const counter = 'together';
/** A stream that stands still for a lost answer ends nothing by itself. */
const patienceNs = 20 * nsPerSecond;

export class CountingClients {
  readonly #host: Host;
  readonly #settings: ClientSettings;
  readonly #streams: Stream[] = [];
  readonly #timers: Timer[] = [];
  readonly #numbers: number[] = [];
  #isOver = false;

  constructor(host: Host, settings: ClientSettings) {
    this.#host = host;
    this.#settings = settings;
    this.#timers.push(host.clock.after(patienceNs, () => this.#finish('wrong')));
    for (let index = 0; index < streams; index++) this.#open(index);
  }

  stop(): void {
    this.#isOver = true;
    for (const timer of this.#timers) timer.cancel();
    for (const stream of this.#streams) stream.abort();
  }

  /** They ask one after the other, so that some are on their way whenever a board dies. */
  #open(index: number): void {
    const { server: address, port, intervalNs } = this.#settings;
    const options = { to: { address, port }, noDelay: true };
    const stream = this.#host.openStream(options, {
      connected: () => this.#askIn(index, Math.round((intervalNs * index) / streams)),
      received: (bytes) => this.#answered(index, Buffer.from(bytes).toString('latin1')),
      ended: () => this.#finish('wrong'),
      drained: () => {},
      closed: (reason) => this.#cut(reason),
    });
    this.#streams.push(stream);
  }

  #askIn(index: number, delayNs: number): void {
    this.#timers[index + 1] = this.#host.clock.after(delayNs, () =>
      this.#streams[index]!.write(Buffer.from(`INCR ${counter}\n`)),
    );
  }

  #answered(index: number, line: string): void {
    this.#numbers.push(Number(line));
    if (this.#numbers.length < this.#settings.count) this.#askIn(index, this.#settings.intervalNs);
    else this.#finish(new Set(this.#numbers).size === this.#numbers.length ? 'right' : 'wrong');
  }

  #cut(reason: string): void {
    if (this.#isOver) return;
    this.#host.records.record('service.cut', { reason, bytes: 0 });
    this.#finish('wrong');
  }

  #finish(outcome: 'right' | 'wrong'): void {
    if (this.#isOver) return;
    this.stop();
    const { work } = this.#settings;
    this.#host.records.record(`service.${outcome}`, { work, bytes: this.#numbers.length });
    this.#host.lifecycle.finish();
  }
}
