/**
 * Who uses the service behind the boards: an ordinary stream, that knows nothing of boards. What comes is held
 * against what should have come, byte by byte.
 */

import { chainSum, fileMessageBytes, filePattern } from '../backup/service.ts';
import { drawUnit } from '../base/random.ts';
import { nsPerSecond } from '../base/time.ts';
import type { Host, Timer } from '../host/host.ts';
import type { StartProgram } from '../host/program.ts';
import type { Stream, StreamEnd, StreamEvents } from '../host/stream.ts';
import { type ClientSettings, readClientSettings } from './backup-settings.ts';
import { CountingClients } from './counting-clients.ts';

export const startServiceClient: StartProgram = (host, given) => {
  const settings = readClientSettings(given);
  const laterNs = Math.round(drawUnit(host.random) * settings.spreadNs);
  let client: { stop(): void } | undefined;
  const timer = host.clock.after(settings.afterNs + laterNs, () => {
    client = begin(host, settings);
  });
  host.lifecycle.ready();
  return {
    stop: () => {
      timer.cancel();
      client?.stop();
    },
  };
};

function begin(host: Host, settings: ClientSettings): { stop(): void } {
  if (settings.work === 'together') return new CountingClients(host, settings);
  return new ServiceClient(host, settings);
}

/** A service that says nothing for so long is gone, whatever TCP still hopes for. */
const patienceNs = 10 * nsPerSecond;
/** Who waits for a file sends nothing by itself, and would not learn that its connection is gone. */
const keepAliveNs = nsPerSecond;

class ServiceClient implements StreamEvents {
  readonly #host: Host;
  readonly #settings: ClientSettings;
  readonly #stream: Stream;
  #timer: Timer | undefined;
  #patience: Timer | undefined;
  /** What is still to be written. */
  #unwritten = new Uint8Array(0);
  #receivedBytes = 0;
  #asked = 0;
  #line = '';
  #isWrong = false;
  #isDone = false;

  constructor(host: Host, settings: ClientSettings) {
    this.#host = host;
    this.#settings = settings;
    const { server: address, port, work } = settings;
    const noDelay = work === 'echo' || work === 'idle';
    const to = { address, port };
    this.#stream = host.openStream({ to, noDelay, keepAliveNs }, this);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#patience?.cancel();
    this.#stream.abort();
  }

  /** Begins to wait for the next bytes. */
  #wait(): void {
    this.#patience?.cancel();
    this.#patience = this.#host.clock.after(patienceNs, () => this.#cut('silent'));
  }

  connected(): void {
    this.#wait();
    const { work, bytes } = this.#settings;
    this.#host.records.record('service.connected', { work });
    if (work === 'upload') {
      this.#write(Buffer.concat([Buffer.from(`PUT ${bytes}\n`), filePattern(0, bytes)]));
    } else if (work === 'echo' || work === 'idle') {
      this.#ask();
    } else {
      this.#write(Buffer.from(`FILE ${bytes}\n`));
      if (work === 'half-closed') this.#stream.end();
    }
  }

  received(bytes: Uint8Array): void {
    this.#wait();
    const { work, bytes: fileBytes } = this.#settings;
    if (work === 'upload' || work === 'echo' || work === 'idle') {
      this.#takeText(bytes);
      return;
    }
    const from = this.#receivedBytes;
    this.#receivedBytes += bytes.length;
    if (Buffer.compare(filePattern(from, this.#receivedBytes), bytes) !== 0) this.#isWrong = true;
    if (this.#receivedBytes >= fileBytes && work === 'download') this.#finish();
  }

  ended(): void {
    if (this.#settings.work !== 'half-closed') this.#isWrong = true;
    this.#finish();
  }

  drained(): void {
    this.#write(this.#unwritten);
  }

  closed(reason: StreamEnd): void {
    this.#cut(reason);
  }

  #cut(reason: StreamEnd | 'silent'): void {
    if (this.#isDone) return;
    this.#host.records.record('service.cut', { reason, bytes: this.#receivedBytes });
    this.#isWrong = true;
    this.#finish();
  }

  #write(bytes: Uint8Array): void {
    this.#unwritten = bytes.slice(this.#stream.write(bytes));
  }

  #takeText(bytes: Uint8Array): void {
    this.#receivedBytes += bytes.length;
    const lines = (this.#line + Buffer.from(bytes).toString('latin1')).split('\n');
    this.#line = lines.pop()!;
    for (const line of lines) this.#answered(line);
  }

  /** Each answer is the number after the one before, so that one that is lost or counted twice shows. */
  #answered(line: string): void {
    const { work, bytes, count, intervalNs } = this.#settings;
    if (work === 'upload') {
      if (line !== `SUM ${sumOf(bytes)}`) this.#isWrong = true;
      this.#finish();
      return;
    }
    if (line !== String(this.#asked)) this.#isWrong = true;
    const most = work === 'idle' ? 2 : count;
    if (this.#asked >= most) {
      this.#finish();
      return;
    }
    this.#timer = this.#host.clock.after(intervalNs, () => this.#ask());
  }

  #ask(): void {
    this.#asked++;
    this.#write(Buffer.from('INCR count\n'));
  }

  #finish(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#patience?.cancel();
    const { work } = this.#settings;
    const kind = this.#isWrong ? 'service.wrong' : 'service.right';
    this.#host.records.record(kind, { work, bytes: this.#receivedBytes });
    this.#host.lifecycle.finish();
  }
}

function sumOf(bytes: number): number {
  let sum = 0;
  for (let at = 0; at < bytes; at += fileMessageBytes) {
    sum = chainSum(sum, filePattern(at, Math.min(bytes, at + fileMessageBytes)));
  }
  return sum;
}
