/** How a lab on this kernel starts a program of the plan: which process it is, where it stands, what it prints to. */
import { isAbsolute, join, resolve } from 'node:path';
import process from 'node:process';
import type { Settings } from '../../../src/host/program.ts';
import { programsOfRoot } from '../../../src/runtime/program-order.ts';
import type { MonotonicTime } from '../../../src/runtime/run-clock.ts';
import type { Plan, PlannedProgram } from '../../plan/plan.ts';
import { environmentOf } from '../../plan/program-environment.ts';
import type { Rig } from '../../plan/rig.ts';
import type { ForeignModel } from '../../schema/model.ts';
import { callerHere } from '../caller.ts';
import type { LabOptions } from '../lab.ts';
import { CatalogueProcess } from '../processes/catalogue-process.ts';
import { ForeignProcess } from '../processes/foreign-process.ts';
import type { NodeSite } from '../processes/node-site.ts';
import type { LaunchProgram } from '../processes/program-roster.ts';
import { isOwnNode } from './own-nodes.ts';

export interface LaunchParts
  extends Pick<LabOptions, 'onRecord' | 'outputFolder' | 'scenarioFolder'> {
  readonly plan: Plan;
  readonly start: MonotonicTime;
  readonly rig: Rig;
  readonly siteOn: (node: string) => NodeSite;
}

export function launcherFor(parts: LaunchParts): LaunchProgram {
  const { plan, start, rig, siteOn, onRecord, outputFolder } = parts;
  return (planned) => {
    const place = outputFolder && join(outputFolder, fileNameOf(planned.id));
    const site = siteOn(planned.node);
    const common = { start, onRecord, site, outputPath: place && `${place}.txt` };
    if (!isForeign(planned)) {
      const node = plan.nodes.find(({ name }) => name === planned.node)!;
      const stack = isOwnNode(node) ? 'own' : 'kernel';
      const bound = stack === 'own' ? planned : onDevice(planned, rig);
      // A packet ring, which a stack of our own stands on, is not for everybody.
      const isForRoot = stack === 'own' || programsOfRoot.includes(String(planned.run));
      const user = isForRoot ? undefined : callerHere();
      return new CatalogueProcess({ ...common, planned: bound, seed: plan.seed, stack, user });
    }
    const scenarioFolder = parts.scenarioFolder ?? process.cwd();
    return new ForeignProcess({
      ...{ ...common, planned, scenarioFolder },
      argv: executableOf(planned.run as readonly string[], scenarioFolder, site),
      environment: { PATH: site.toolPath, ...environmentOf(plan, planned) },
      folderPath: place,
      user: callerHere(),
    });
  };
}

/** A kernel's device has a short name; who is told of interfaces is told that one. */
function onDevice(planned: PlannedProgram, { nodes }: Rig): PlannedProgram {
  const { interface: name, ports } = planned.settings;
  const { devices } = nodes.find(({ node }) => node === planned.node)!;
  const deviceOf = (one: string) => devices.find((each) => each.interface === one)?.device;
  const device = typeof name === 'string' ? deviceOf(name) : undefined;
  const settings = {
    ...planned.settings,
    ...(device !== undefined && { interface: device }),
    ...(planned.run === 'access-switch' && { ports: portsOn(ports as Settings, deviceOf) }),
  };
  return { ...planned, settings };
}

function portsOn(ports: Settings, deviceOf: (name: string) => string | undefined): Settings {
  return Object.fromEntries(
    Object.entries(ports).map(([name, mode]) => [deviceOf(name) ?? name, mode]),
  );
}

function isForeign(
  planned: PlannedProgram,
): planned is PlannedProgram & { readonly foreign: ForeignModel } {
  return planned.foreign !== undefined;
}

/** A path counts from the scenario's file; a name is looked for where the system's tools are. */
function executableOf(
  [word, ...words]: readonly string[],
  scenarioFolder: string,
  { findTool }: NodeSite,
): string[] {
  if (isAbsolute(word!)) return [word!, ...words];
  const path = word!.includes('/') ? resolve(scenarioFolder, word!) : findTool(word!);
  return [path ?? word!, ...words];
}

/** `download/sink` is one file and no folder. */
function fileNameOf(id: string): string {
  return id.replaceAll('/', '-');
}
