/** The service of the boards on a socket of the kernel: lines that count, whole ones only. */
import { firstSession, type Store, serveMessage } from '../../../src/backup/service.ts';
import { receiveStream, sendStream } from '../../../src/linux/stream-socket.ts';
import { errno } from '../../../src/linux/system-call.ts';

export const servicePort = 7_000;
export const channelPort = 7_001;
/** Three of these unheard are a death. None is sent while the gate is changed, which is a program that is run. */
export const heartbeatMs = 50;

export class KernelService {
  readonly store: Store;
  #input = new Uint8Array(0);

  constructor(store: Iterable<readonly [string, string]> = []) {
    this.store = new Map(store);
  }

  /** What came, and is there to be served; false: the peer is gone. */
  read(fd: number): boolean {
    const piece = new Uint8Array(4_096);
    const count = receiveStream(fd, piece);
    if (count > 0) this.#input = Buffer.concat([this.#input, piece.subarray(0, count)]);
    return count > 0 || count === -errno.EAGAIN;
  }

  /** The answers to all whole lines, which are served by then. */
  serve(): Uint8Array {
    const answers: Uint8Array[] = [];
    for (;;) {
      const served = serveMessage(this.store, firstSession, this.#input);
      if (served === undefined) return Buffer.concat(answers);
      for (const [name, value] of served.sets) this.store.set(name, value);
      this.#input = this.#input.subarray(served.consumedBytes);
      answers.push(served.output);
    }
  }
}

/** To the last byte: an answer is small, and there is room for it. */
export function sayAll(fd: number, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const said = sendStream(fd, bytes);
  if (said !== bytes.length) throw new Error(`of ${bytes.length} bytes were sent: ${said}`);
}
