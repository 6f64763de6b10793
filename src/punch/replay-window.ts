/** Which counters came before: one window for a direction of a session, whatever the paths (RFC 6479). */

export const replayWindowSize = 8_192;

export interface ReplayWindow {
  /** The highest counter that was accepted; -1: none. */
  highest: number;
  /** A bit for each of the last `replayWindowSize` counters. */
  readonly bits: Uint32Array;
}

export function createReplayWindow(): ReplayWindow {
  return { highest: -1, bits: new Uint32Array(replayWindowSize / 32) };
}

/** Whether the counter is new; one that is older than the window counts as seen. */
export function isFresh({ highest, bits }: ReplayWindow, counter: number): boolean {
  if (counter > highest) return true;
  if (highest - counter >= replayWindowSize) return false;
  const at = counter % replayWindowSize;
  return (bits[at >>> 5]! & (1 << (at & 31))) === 0;
}

/** Called with a fresh counter, once its packet was found to be sound. */
export function noteCounter(window: ReplayWindow, counter: number): void {
  const { bits, highest } = window;
  if (counter > highest) {
    const from = Math.max(highest + 1, counter - replayWindowSize + 1);
    for (let passed = from; passed < counter; passed++) setBit(bits, passed, false);
    window.highest = counter;
  }
  setBit(bits, counter, true);
}

function setBit(bits: Uint32Array, counter: number, value: boolean): void {
  const at = counter % replayWindowSize;
  const bit = 1 << (at & 31);
  if (value) bits[at >>> 5]! |= bit;
  else bits[at >>> 5]! &= ~bit;
}
