/**
 * Kills an orchestrator at random moments, so many times, and says whether `gc` left the machine as it
 * was before. Runs in namespaces of its own (network, mounts, processes), so that "the machine" is nobody else's.
 * `node testing-kills.ts TIMES SEED`
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { drawBelow, seedRandom } from '../../../src/base/random.ts';
import { findTool } from '../processes/find-tool.ts';
import { ForeignGuest } from './testing-foreign.ts';

const [times, seed] = process.argv.slice(2).map(Number) as [number, number];
const random = seedRandom(seed, 'kills');
/** A rig of cables, a lab of the hub, and one with a NAT box of the kernel. About so long they take to raise and to take down what they raise. */
const kinds = [
  { kind: 'rig', longestMs: 250 },
  { kind: 'lab', longestMs: 1_500 },
  { kind: 'box', longestMs: 1_500 },
] as const;

const say = (...argv: readonly string[]) =>
  execFileSync(argv[0]!, argv.slice(1), { encoding: 'utf8' });
using guest = new ForeignGuest();

/** What others had mounted when this trial began goes when they let go of it. */
const covered = new Set(mountsHere());

function mountsHere(): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
}

function stateOfMachine(): object {
  return {
    namespaces: say('ip', 'netns', 'list'),
    links: say('ip', '-br', 'link'),
    addresses: say('ip', '-o', 'addr'),
    routes: say('ip', 'route'),
    rules: say(findTool('nft')!, 'list', 'ruleset'),
    mounts: mountsHere().filter((line) => !covered.has(line)),
    runs: existsSync('/run/ropewalk') ? readdirSync('/run/ropewalk') : 'none',
    processes: processesHere(),
    ...guest.state(),
  };
}

/** All that there are in this trial's own process namespace, but for who asks and who is dead. */
function processesHere(): string[] {
  const lines = say('ps', '-eo', 'stat,args').split('\n').slice(1);
  return lines
    .filter((line) => line !== '' && !/^Z| ps -eo /.test(line))
    .map((line) => line.slice(5));
}

/** A hub ends by itself when it has nobody to serve. */
async function awaitHubs(): Promise<void> {
  for (let tries = 0; processesHere().some((line) => line.includes('hub/main')); tries++) {
    assert.ok(tries < 250, 'a hub goes on without its orchestrator');
    await setTimeout(20);
  }
}

async function killOnce({ kind, longestMs }: (typeof kinds)[number]): Promise<void> {
  const orchestrator = spawn(process.execPath, [
    join(import.meta.dirname, 'testing-orchestrator.ts'),
    kind,
  ]);
  orchestrator.stderr.pipe(process.stderr);
  await once(orchestrator.stdout, 'data');
  await setTimeout(drawBelow(random, longestMs));
  orchestrator.kill('SIGKILL');
  const [code, signal] = await once(orchestrator, 'exit');
  assert.equal(signal, 'SIGKILL', `the orchestrator ended by itself with ${code}`);
}

const before = stateOfMachine();
let left = 0;
for (let time = 0; time < times; time++) {
  await killOnce(kinds[time % kinds.length]!);
  if (JSON.stringify(stateOfMachine()) !== JSON.stringify(before)) left += 1;
  const bin = join(import.meta.dirname, '../../cli/ropewalk.js');
  process.stdout.write(execFileSync(process.execPath, [bin, 'gc'], { encoding: 'utf8' }));
  await awaitHubs();
  assert.deepEqual(stateOfMachine(), before);
  assert.ok(await guest.isAlive(), 'the guest of a foreign namespace lives');
}
assert.ok(left > 0, 'a kill leaves something behind, or there was nothing to collect');
await guest.proveThatLossesAreSeen();
process.stdout.write(`seed ${seed}: ${times} kills, ${left} of them left something behind\n`);
