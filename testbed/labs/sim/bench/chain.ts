/** A chain of routers, and a stream of datagrams from one end to the other: each passes every link once. */
import { nsPerSecond } from '../../../../src/base/time.ts';
import type { Plan } from '../../../plan/plan.ts';
import { planScenario } from '../../../plan/plan-scenario.ts';
import { link, ms, node, scenario, traffic } from '../../../plan/testing-topology.ts';
import { createSimLab } from '../sim-lab.ts';

export interface ChainRun {
  readonly hops: number;
  /** Of processor time, the collector's threads included: what else runs here does not count. */
  readonly seconds: number;
}

export const chainNodes = 10;

export function planChain(datagrams: number): Plan {
  const names = Array.from({ length: chainNodes }, (_, at) => `n${at}`);
  const last = chainNodes - 1;
  return planScenario(
    scenario(
      {
        nodes: names.map((name, at) => node(name, at === 0 || at === last ? 'host' : 'router')),
        links: names
          .slice(1)
          .map((name, at) =>
            link(`l${at}`, [names[at]!, name], { delayNs: ms(1), rateBps: 1_000_000_000 }),
          ),
      },
      {
        limitNs: 3_600 * nsPerSecond,
        traffic: [traffic('flow', 'n0', `n${last}`, { count: datagrams, rateBps: 80_000_000 })],
      },
    ),
  );
}

/** Runs the plan's programs to their end; what is counted is what the links delivered. */
export async function runToEnd(plan: Plan): Promise<ChainRun> {
  let hops = 0;
  await using live = await createSimLab().up(plan, {
    capture: undefined,
    onRecord: (record) => {
      if (record.kind === 'link.counters') hops += record['deliveredFrames'] as number;
    },
  });
  const begun = process.cpuUsage();
  for (const program of plan.programs.filter((one) => !one.opens)) live.start(program);
  for (const program of plan.programs.filter((one) => one.opens)) {
    live.at(program.startNs, () => live.start(program));
  }
  await live.drive(plan.limitNs, new AbortController().signal);
  const { user, system } = process.cpuUsage(begun);
  await live.settle();
  return { hops, seconds: (user + system) / 1e6 };
}
