/**
 * Kills the orchestrator of a lab of containers at random moments, so many times, and says whether `gc`
 * left the engine and the machine as they were, with a container of somebody else's beside. Runs in
 * namespaces of its own (network, mounts, processes), on an engine of its own in them.
 * `node testing-kills.ts TIMES SEED IMAGE.TAR FOLDER`
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { drawBelow, seedRandom } from '../../../src/base/random.ts';
import { untilDone } from './build-from-registry.ts';
import { openEngine } from './find-engine.ts';
import { imageNameOf, nodeImage } from './image-recipe.ts';
import { startEngine, stopEngine } from './private-engine.ts';

const [times, seed] = process.argv.slice(2, 4).map(Number) as [number, number];
const [imagePath, folder] = process.argv.slice(4) as [string, string];
const random = seedRandom(seed, 'kills');
/** About so long it takes to raise and to take down what is raised. */
const longestMs = 2_500;
const patienceMs = 10_000;
const askAgainMs = 50;

const folders = { running: '/run/engine', data: join(folder, 'data') };
const socketPath = join(folders.running, 'docker.sock');
const env = { ...process.env, DOCKER_HOST: `unix://${socketPath}` };
const docker = openEngine(socketPath);
const say = (...argv: readonly string[]) =>
  execFileSync(argv[0]!, argv.slice(1), { encoding: 'utf8' });

async function stateOfMachine(): Promise<object> {
  const containers = await docker.listContainers({ all: true });
  const images = await docker.listImages();
  const networks = await docker.listNetworks();
  return {
    containers: containers.map(({ Id: id, State: state }) => `${id} ${state}`).toSorted(),
    images: images.map(({ Id: id }) => id).toSorted(),
    networks: networks.map(({ Id: id }) => id).toSorted(),
    namespaces: say('ip', 'netns', 'list'),
    links: say('ip', '-br', 'link'),
    mounts: mountsHere(),
    runs: existsSync('/run/ropewalk') ? readdirSync('/run/ropewalk') : 'none',
    folders: readdirSync(join(folders.data, 'containers')).length,
    processes: processesHere(),
  };
}

/** What other engines had mounted when this trial began goes when they let go of it. */
function mountsHere(): string[] {
  const places = [folder, '/run/'];
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.filter((line) => places.some((place) => line.includes(` ${place}`)));
}

/** All that there are in this trial's own process namespace, but for who asks and who is dead. */
function processesHere(): string[] {
  const lines = say('ps', '-eo', 'stat,args').split('\n').slice(1);
  return lines
    .filter((line) => line !== '' && !/^Z| ps -eo /.test(line))
    .map((line) => line.slice(5))
    .toSorted();
}

/** Hubs, and what the engine keeps for a container, end a little after what they were for. */
async function awaitState(before: object): Promise<void> {
  const untilMs = Date.now() + patienceMs;
  while (Date.now() < untilMs) {
    if (JSON.stringify(await stateOfMachine()) === JSON.stringify(before)) return;
    await setTimeout(askAgainMs);
  }
  assert.deepEqual(await stateOfMachine(), before);
}

async function killOnce(): Promise<void> {
  const script = join(import.meta.dirname, 'testing-orchestrator.ts');
  const orchestrator = spawn(process.execPath, [script], { env });
  orchestrator.stderr.pipe(process.stderr);
  await once(orchestrator.stdout, 'data');
  await setTimeout(drawBelow(random, longestMs));
  orchestrator.kill('SIGKILL');
  const [code, signal] = await once(orchestrator, 'exit');
  assert.equal(signal, 'SIGKILL', `the orchestrator ended by itself with ${code}`);
}

await startEngine(folders);
try {
  await untilDone(docker, await docker.loadImage(createReadStream(imagePath)));
  // Not ours, whatever its name is like: it lacks a run's label.
  const foreign = await docker.createContainer({
    ...{ name: 'rw-aaaaa-0', Image: imageNameOf(nodeImage), Cmd: ['sleep', 'infinity'] },
    HostConfig: { NetworkMode: 'none' },
  });
  await foreign.start();
  const before = await stateOfMachine();
  let left = 0;
  for (let time = 0; time < times; time++) {
    await killOnce();
    if (JSON.stringify(await stateOfMachine()) !== JSON.stringify(before)) left += 1;
    const bin = join(import.meta.dirname, '../../cli/ropewalk.js');
    process.stdout.write(execFileSync(process.execPath, [bin, 'gc'], { encoding: 'utf8' }));
    await awaitState(before);
  }
  assert.ok(left > 0, 'a kill leaves something behind, or there was nothing to collect');
  process.stdout.write(`${times} kills, ${left} of them left something behind\n`);
  await foreign.remove({ force: true });
} finally {
  stopEngine(folders);
}
