/** The hub as a child of this process, and one that stands by: on a slow machine it is seconds until it is ready. */
import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { codeCacheFolder } from '../processes/code-cache.ts';

/** Packed, both files end in `.js`. */
const entryPoint = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url),
);
/** A collection that waits for helping threads waits for all that runs before these: once for 0.3 s. */
const nodeOptions = ['--single-threaded-gc', '--no-warnings'];
const controlDescriptor = 3;

export function spawnHub(): ChildProcess {
  return spawn(process.execPath, [...nodeOptions, entryPoint], {
    // A session of its own: what interrupts the orchestrator lets it settle first.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: codeCacheFolder() },
  });
}

export function controlOf(hub: ChildProcess): Duplex {
  return hub.stdio[controlDescriptor] as Duplex;
}

/** It says that it is ready when somebody takes it and listens. */
export class SpareHub implements Disposable {
  #next: ChildProcess | undefined;

  prepare(): void {
    if (this.#next !== undefined) return;
    this.#next = spawnHub();
    // Whoever takes it hears of it; else nobody needs to.
    this.#next.on('error', () => {});
    controlOf(this.#next).on('error', () => {});
  }

  /** Undefined: there is none. */
  take(): ChildProcess | undefined {
    const next = this.#next;
    this.#next = undefined;
    const lives = next?.pid !== undefined && next.exitCode === null && next.signalCode === null;
    return lives ? next : undefined;
  }

  /** A hub ends when nobody holds its control channel. */
  [Symbol.dispose](): void {
    const next = this.take();
    if (next !== undefined) controlOf(next).destroy();
  }
}
