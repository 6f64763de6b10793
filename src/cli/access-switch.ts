/**
 * An access switch in the namespace that it is started in: `node src/cli/access-switch.ts CONFIG.json`. It tells
 * what happens as records on its standard output, and ends, with what it made, at SIGTERM. Killed, it leaves all
 * that it granted standing, and the next one takes it up.
 */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { AccessController } from '../access/controller.ts';
import { readAccessSettings } from '../access/settings.ts';
import { KernelLoop } from '../runtime/kernel-loop.ts';
import { RealHost } from '../runtime/real-host.ts';

const path = process.argv[2];
if (path === undefined) {
  process.stderr.write('usage: node src/cli/access-switch.ts CONFIG.json\n');
  process.exit(2);
}

const given = JSON.parse(readFileSync(path, 'utf8'));
/** The machine's own clock: a duration that began before a crash goes on behind it. */
const loop = new KernelLoop({ start: { seconds: 0, nanoseconds: 0 } });
const host = new RealHost({
  loop,
  node: String(given.name ?? 'access-switch'),
  seed: randomInt(2 ** 47),
  program: { id: 'access-switch', traffic: undefined },
  write: (line) => process.stdout.write(`${line}\n`),
});
const controller = new AccessController(host, loop, readAccessSettings(given));

process.once('SIGTERM', () => void end());
process.stdout.on('error', () => void end());

async function end(): Promise<void> {
  controller.stop();
  host[Symbol.dispose]();
  await loop[Symbol.asyncDispose]();
}
