/**
 * The lab of real time on this machine's kernel: a network namespace for each node, the hub for the
 * links, and a process for each program.
 */
import { KernelLoop } from '../../../src/runtime/kernel-loop.ts';
import { readMonotonic } from '../../../src/runtime/run-clock.ts';
import type { Plan } from '../../plan/plan.ts';
import { rigOf } from '../../plan/rig.ts';
import { Hub } from '../hub/hub.ts';
import type { Lab, LabOptions } from '../lab.ts';
import { Ledger } from '../ledger/ledger.ts';
import { newRunId } from '../ledger/run-id.ts';
import { ProgramRoster } from '../processes/program-roster.ts';
import { MachineWatch } from '../real-time/machine-watch.ts';
import { RealTime } from '../real-time/real-time.ts';
import { HubCapture } from './hub-capture.ts';
import { hubNetworkOf } from './hub-network.ts';
import { kernelFactsHere } from './kernel-facts.ts';
import { launcherFor } from './launch-program.ts';
import { LiveNetnsLab } from './live-netns-lab.ts';
import { lacksOf } from './netns-lacks.ts';
import { InterfaceDaemons } from './own-nodes.ts';
import { probeHub } from './probe-hub.ts';
import { awaitLinks } from './readiness.ts';
import { StandingRig } from './standing-rig.ts';

/** `programs`: the names of the catalogue, whose programs run in processes that have it. */
export function createNetnsLab(programs: readonly string[], nextRunId = newRunId): Lab {
  const facts = kernelFactsHere();
  return {
    name: 'netns',
    lacks: (plan) => lacksOf(plan, programs, facts),
    up: (plan, options) => raiseNetnsLab(plan, options, nextRunId()),
  };
}

/** What was made so far goes, in reverse, where something fails on the way. */
export async function raiseNetnsLab(
  plan: Plan,
  options: LabOptions,
  runId = newRunId(),
): Promise<LiveNetnsLab> {
  await using made = new AsyncDisposableStack();
  const start = readMonotonic();
  const { onRecord, outputFolder, scenarioFolder } = options;
  const loop = made.use(new KernelLoop({ start }));
  const time = new RealTime(loop);
  const rig = rigOf(plan, runId);
  const ledger = made.use(Ledger.open('netns', runId));
  const watch = made.use(new MachineWatch());
  const onFailure = (error: Error) => time.fail(error);
  const starting = Hub.start({ onRecord, start, onFailure });
  const standing = made.use(await StandingRig.raise(rig, ledger));
  const hub = made.use(await starting);
  const daemons = made.use(
    new InterfaceDaemons({ plan, start, standing, ledger, onRecord, onFailure }),
  );
  const capture = made.use(new HubCapture(options.capture, ledger));
  const folders = { outputFolder, scenarioFolder };
  const launch = launcherFor({ plan, start, standing, ledger, onRecord, ...folders });
  const roster = made.use(new ProgramRoster(launch));
  const prepared = roster.prepare(plan.programs);
  await hub.open(hubNetworkOf(plan, standing.ports, capture.path));
  await standing.configure();
  awaitLinks(standing);
  const probed = probeHub(hub, plan);
  await Promise.all([daemons.begin(), prepared]);
  const place = { standing, ledger, hub };
  return new LiveNetnsLab({
    plan,
    place,
    roster,
    time,
    watch,
    probed,
    capture,
    onRecord,
    made: made.move(),
  });
}
