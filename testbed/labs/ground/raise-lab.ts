/** How a lab on this kernel comes up, whatever its nodes' namespaces belong to. */
import type { ChildProcess } from 'node:child_process';
import { KernelLoop } from '../../../src/runtime/kernel-loop.ts';
import { readMonotonic } from '../../../src/runtime/run-clock.ts';
import type { Plan } from '../../plan/plan.ts';
import { rigOf } from '../../plan/rig.ts';
import { Hub } from '../hub/hub.ts';
import type { LabOptions } from '../lab.ts';
import { Ledger } from '../ledger/ledger.ts';
import { newRunId } from '../ledger/run-id.ts';
import { ProgramRoster } from '../processes/program-roster.ts';
import { MachineWatch } from '../real-time/machine-watch.ts';
import { RealTime } from '../real-time/real-time.ts';
import type { Ground, GroundParts } from './ground.ts';
import { HubCapture } from './hub-capture.ts';
import { hubNetworkOf } from './hub-network.ts';
import { launcherFor } from './launch-program.ts';
import { LiveKernelLab } from './live-kernel-lab.ts';
import { InterfaceDaemons } from './own-nodes.ts';
import { probeHub } from './probe-hub.ts';
import { awaitLinks } from './readiness.ts';
import { StandingRig } from './standing-rig.ts';

export interface KernelLabKind {
  readonly name: 'netns' | 'docker' | 'mininet';
  readonly openGround: (parts: GroundParts) => Ground;
  /** The process of a hub that stands by. */
  readonly spareHub?: ChildProcess | undefined;
}

/** What was made so far goes, in reverse, where something fails on the way. */
export async function raiseKernelLab(
  { name, openGround, spareHub: spare }: KernelLabKind,
  plan: Plan,
  options: LabOptions,
  runId = newRunId(),
): Promise<LiveKernelLab> {
  await using made = new AsyncDisposableStack();
  const start = readMonotonic();
  const { onRecord, outputFolder, scenarioFolder } = options;
  const loop = made.use(new KernelLoop({ start }));
  const time = new RealTime(loop);
  const rig = rigOf(plan, runId);
  const ledger = made.use(Ledger.open(name, runId));
  const watch = made.use(new MachineWatch());
  const onFailure = (error: Error) => time.fail(error);
  const folders = { outputFolder, scenarioFolder };
  const starting = Hub.start({ onRecord, start, onFailure, spare });
  starting.catch(() => {});
  made.defer(() => endHub(starting));
  const ground = made.use(openGround({ plan, rig, ledger, ...folders }));
  const standing = made.use(await StandingRig.raise(rig, ledger, ground));
  const hub = made.use(await starting);
  for (const { node, entry, hardware } of standing.borrowed) {
    const said = { interface: entry.name, hardware, clock: 'its own' };
    onRecord({ tNs: loop.nowNs(), node, kind: 'hardware.taken', ...said });
  }
  const siteOn = (node: string) => ground.siteOn(node, standing);
  const said = { plan, start, rig, siteOn, onRecord };
  const daemons = made.use(new InterfaceDaemons({ ...said, onFailure }));
  const capture = made.use(new HubCapture(options.capture, ledger));
  const roster = made.use(new ProgramRoster(launcherFor({ ...said, ...folders })));
  const prepared = roster.prepare(plan.programs);
  const network = hubNetworkOf(plan, standing.ports, capture.path);
  await hub.open({ ...network, series: options.series ?? false });
  await standing.configure();
  awaitLinks(standing);
  const probed = probeHub(hub, plan);
  await Promise.all([daemons.begin(), prepared]);
  const place = { standing, ledger, hub, ground };
  const parts = { plan, place, roster, time, watch, probed, capture, onRecord };
  return new LiveKernelLab({ ...parts, made: made.move() });
}

/** Where the nodes fail to stand, it may not even have started; who waited for it was told why not. */
async function endHub(starting: Promise<Hub>): Promise<void> {
  const hub = await starting.catch(() => undefined);
  await hub?.[Symbol.asyncDispose]();
}
