/**
 * How soon a Mininet host of our own takes logins, and how fast a lab of ten nodes stands on it and goes.
 * `node bench.ts [ROUNDS]`, as root, on a machine with nothing else to do.
 */
import process from 'node:process';
import Table from 'cli-table3';
import type { Plan } from '../../../plan/plan.ts';
import { planScenario } from '../../../plan/plan-scenario.ts';
import { link, ms, node, scenario } from '../../../plan/testing-topology.ts';
import type { Engine } from '../../../schema/model.ts';
import type { Lab } from '../../lab.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { newRunId } from '../../ledger/run-id.ts';
import { MininetHost } from '../host/mininet-host.ts';
import { createMininetLab } from '../mininet-lab.ts';

const rounds = Number(process.argv[2] ?? 5);
const count = 10;
const bootBarMs = 5_000;
const upBarMs = 6_000;

interface Seen {
  readonly upMs: number;
  readonly downMs: number;
}

/** Nine terminals at a host: ten machines, none of which the hub has for itself. */
function starPlan(engine: Engine): Plan {
  const names = Array.from({ length: count - 1 }, (_, at) => `phone[${at + 1}]`);
  const settings = engine === 'model' ? { rateBps: 1e7, delayNs: ms(5) } : { delayNs: ms(5) };
  const links = names.map((name, at) => ({
    ...link(`wire[${at + 1}]`, [name, 'middle'], settings),
    engine,
  }));
  const phones = names.map((name) => node(name, 'terminal'));
  return planScenario(scenario({ nodes: [...phones, node('middle', 'router')], links }));
}

async function timed<Made>(make: () => Promise<Made>): Promise<[Made, number]> {
  const startMs = performance.now();
  const made = await make();
  return [made, performance.now() - startMs];
}

async function bootOnce(): Promise<number> {
  await using ledger = Ledger.open('mininet', newRunId());
  const [host, tookMs] = await timed(() => MininetHost.raise({ ledger }));
  await host[Symbol.asyncDispose]();
  return tookMs;
}

async function raiseOnce(lab: Lab, plan: Plan): Promise<Seen> {
  const options = { onRecord: () => {}, capture: undefined };
  const [live, upMs] = await timed(() => lab.up(plan, options));
  const [, downMs] = await timed(async () => live[Symbol.asyncDispose]());
  return { upMs, downMs };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const table = new Table({ head: ['what', 'median', 'each', 'bar', 'holds'] });

function tell(what: string, seenMs: readonly number[], barMs?: number): void {
  const middle = median(seenMs);
  const each = seenMs.map((one) => (one / 1e3).toFixed(2)).join(' ');
  const bar = barMs === undefined ? ['', '–'] : [`≤ ${barMs / 1e3} s`, middle <= barMs];
  table.push([what, `${(middle / 1e3).toFixed(2)} s`, each, ...bar.map(String)]);
  if (barMs !== undefined && middle > barMs) process.exitCode = 1;
}

const bootsMs: number[] = [];
for (let round = 0; round < rounds; round++) bootsMs.push(await bootOnce());
tell('the Mininet host takes logins', bootsMs, bootBarMs);

await using made = new AsyncDisposableStack();
const ledger = made.use(Ledger.open('mininet', newRunId()));
const host = made.use(await MininetHost.raise({ ledger }));
const target = { login: 'mininet', configPath: host.configPath };
const [lab, firstMs] = await timed(() => createMininetLab(target, []));
made.use(lab);
tell('the first connection: the bundle goes there, our agent starts', [firstMs]);
const engines = ['model', 'kernel'] as const;
const seen = new Map<Engine, Seen[]>(engines.map((engine) => [engine, []]));
for (let round = 0; round < rounds; round++) {
  for (const engine of engines) seen.get(engine)!.push(await raiseOnce(lab, starPlan(engine)));
}
for (const [engine, runs] of seen) {
  const carried = engine === 'model' ? 'links of our hub' : 'TCLinks with netem';
  tell(
    `a lab of ten nodes is up, ${carried}`,
    runs.map(({ upMs }) => upMs),
    upBarMs,
  );
  tell(
    '… and down',
    runs.map(({ downMs }) => downMs),
  );
}
process.stdout.write(`${table}\n`);
