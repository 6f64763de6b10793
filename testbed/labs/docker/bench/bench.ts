/** How fast a lab of containers stands and goes, beside the bare engine with as many, in the same run. */
import process from 'node:process';
import Table from 'cli-table3';
import type Docker from 'dockerode';
import type { Plan } from '../../../plan/plan.ts';
import { planScenario } from '../../../plan/plan-scenario.ts';
import { link, ms, node, scenario } from '../../../plan/testing-topology.ts';
import type { Lab } from '../../lab.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { newRunId } from '../../ledger/run-id.ts';
import { createDockerLab } from '../docker-lab.ts';
import { noEngine } from '../docker-lacks.ts';
import { findEngine } from '../find-engine.ts';
import { idleArgv } from '../idle-command.ts';
import { ensureImage } from '../make-image.ts';

const rounds = Number(process.argv[2] ?? 5);
const count = 10;
const nodeBarMs = 500;
const starBarMs = 4_000;

interface Seen {
  readonly upMs: number;
  readonly downMs: number;
}

const engine = await findEngine();
if (engine.kind !== 'answers') throw noEngine(engine);
const { docker } = engine;
await using ledger = Ledger.open('docker', newRunId());
const image = await ensureImage({
  ...{ ...engine, ledger },
  say: (text) => void process.stderr.write(text),
});
const lab = createDockerLab({ programs: [], engine });
const plan = starPlan();

function starPlan(): Plan {
  const names = Array.from({ length: count }, (_, at) => `phone[${at + 1}]`);
  const phones = names.map((name) => node(name, 'terminal'));
  const links = names.map((name, at) =>
    link(`wire[${at + 1}]`, [name, 'middle'], { rateBps: 1e7, delayNs: ms(5) }),
  );
  return planScenario(scenario({ nodes: [...phones, node('middle', 'switch')], links }));
}

/** Nodes, links and all: until traffic could begin, and until nothing is left. */
async function ours(one: Lab): Promise<Seen> {
  const startMs = performance.now();
  const live = await one.up(plan, { onRecord: () => {}, capture: undefined });
  const standsMs = performance.now();
  await live[Symbol.asyncDispose]();
  return { upMs: standsMs - startMs, downMs: performance.now() - standsMs };
}

async function bare(): Promise<Seen> {
  const startMs = performance.now();
  const containers = await Promise.all(Array.from({ length: count }, startBare));
  const standsMs = performance.now();
  await Promise.all(containers.map((one) => one.remove({ force: true })));
  return { upMs: standsMs - startMs, downMs: performance.now() - standsMs };
}

async function startBare(): Promise<Docker.Container> {
  const options = { Image: image, Cmd: idleArgv, HostConfig: { NetworkMode: 'none' } };
  const container = await docker.createContainer(options);
  await container.start();
  return container;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** What is made once is made before it counts. */
await ours(lab);
const seen: { readonly ours: Seen[]; readonly bare: Seen[] } = { ours: [], bare: [] };
for (let round = 0; round < rounds; round++) {
  seen.ours.push(await ours(lab));
  seen.bare.push(await bare());
}

const table = new Table({ head: [`${count} containers`, 'up', 'down', 'up, each', 'bar'] });
for (const [name, runs] of Object.entries(seen)) {
  const upMs = median(runs.map((one) => one.upMs));
  const downMs = median(runs.map((one) => one.downMs));
  const holds = upMs / count <= nodeBarMs && upMs + downMs <= starBarMs;
  const bar = `each ≤ ${nodeBarMs} ms, all ≤ ${starBarMs} ms: ${holds ? 'holds' : 'does not hold'}`;
  table.push([
    name === 'ours' ? 'the lab' : 'the bare engine',
    ...[`${upMs.toFixed(0)} ms`, `${downMs.toFixed(0)} ms`, `${(upMs / count).toFixed(0)} ms`],
    name === 'ours' ? bar : 'anchor',
  ]);
}
process.stdout.write(`medians of ${rounds} rounds, interleaved\n${table}\n`);
