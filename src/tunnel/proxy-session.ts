/** A terminal's standing with its proxy: asked for once, and again where the proxy does not know it any more. */
import type { Endpoint } from '../base/address.ts';
import { fillRandom } from '../base/random.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { Host, Timer } from '../host/host.ts';
import type { Stream } from '../host/stream.ts';
import { tunnelNonceBytes } from '../wire/tunnel.ts';
import { bytesOfMessage, isWelcomeTrue, sealRequest, sessionKeyOf } from './credentials.ts';
import { FirstMessage } from './first-message.ts';
import type { OpenCarrier } from './proxied-stream.ts';

interface Standing {
  readonly session: number;
  readonly key: Uint8Array;
  counter: number;
}

const firstPauseNs = 100 * nsPerMs;
const longestPauseNs = 5 * nsPerSecond;

export class ProxySession {
  readonly #host: Host;
  readonly #key: Uint8Array;
  readonly #openCarrier: OpenCarrier;
  #standing: Standing | undefined;
  #asking: Stream | undefined;
  #pauseNs = firstPauseNs;
  #timer: Timer | undefined;
  #first: (() => void) | undefined;

  constructor(host: Host, key: Uint8Array, openCarrier: OpenCarrier) {
    this.#host = host;
    this.#key = key;
    this.#openCarrier = openCarrier;
    this.#ask();
  }

  /** Told once, when there is a session for the first time. */
  whenFirst(callback: () => void): void {
    this.#first = callback;
  }

  /** A request of its own for a stream to there; undefined: there is no session now. */
  seal(destination: Endpoint): Uint8Array | undefined {
    const standing = this.#standing;
    if (standing === undefined) return undefined;
    const { session, key } = standing;
    return sealRequest(key, { session, counter: standing.counter++, destination });
  }

  renew(): void {
    if (this.#standing === undefined) return;
    this.#standing = undefined;
    this.#ask();
  }

  close(): void {
    this.#timer?.cancel();
    this.#asking?.abort();
  }

  #ask(): void {
    const nonce = new Uint8Array(tunnelNonceBytes);
    fillRandom(this.#host.random, nonce);
    const hello = { kind: 'hello', nonce } as const;
    const first = new FirstMessage();
    const stream = this.#openCarrier({
      connected: () => void stream.write(bytesOfMessage(hello)),
      received: (bytes) => {
        const read = first.take(bytes);
        if (read.kind === 'more') return;
        const welcome = read.kind === 'message' ? read.message : undefined;
        if (welcome?.kind === 'welcome' && isWelcomeTrue(this.#key, hello, welcome)) {
          const key = sessionKeyOf(this.#key, hello, welcome);
          this.#stand({ session: welcome.session, key, counter: 0 });
          stream.end();
        } else stream.abort();
      },
      ended: () => stream.end(),
      closed: () => this.#leave(stream),
    });
    this.#asking = stream;
  }

  #stand(standing: Standing): void {
    this.#standing = standing;
    this.#pauseNs = firstPauseNs;
    this.#host.records.record('tunnel.up', { session: standing.session });
    const first = this.#first;
    this.#first = undefined;
    first?.();
  }

  #leave(stream: Stream): void {
    if (this.#asking === stream) this.#asking = undefined;
    if (this.#standing !== undefined) return;
    this.#timer = this.#host.clock.after(this.#pauseNs, () => this.#ask());
    this.#pauseNs = Math.min(2 * this.#pauseNs, longestPauseNs);
  }
}
