/** Small networks in which one setting is looked at alone: a link between two hosts, a box between two. */
import { never, nsPerMs, nsPerSecond } from '../../../src/base/time.ts';
import type { Settings } from '../../../src/host/program.ts';
import type { Plan } from '../../plan/plan.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { looksOf } from '../../schema/looks.ts';
import type { LinkModel, NodeKind, NodeModel, ProgramModel, Scenario } from '../../schema/model.ts';
import type { BoxSetting } from './box-setting.ts';
import { mostFrames } from './link-burst.ts';
import { bareDirection, type LinkSetting } from './link-setting.ts';

/** Setting number 3 is `link3`, from `near3` to `far3`. */
export function planLinks(settings: readonly LinkSetting[]): Plan {
  const nodes = settings.flatMap((_, at) => [node(`near${at}`, 'host'), node(`far${at}`, 'host')]);
  const links = settings.map((setting, at): LinkModel => {
    const direction = bareDirection(setting, mostFrames);
    const toward = { [`near${at}`]: direction, [`far${at}`]: direction };
    return { ...linkOf(`link${at}`, [`near${at}`, `far${at}`]), engine: setting.engine, toward };
  });
  return planScenario(scenarioOf(nodes, links, []));
}

/** Nothing is far away: a wait of a few milliseconds is long here. */
const nothingAsked: LinkSetting = {
  ...{ engine: 'model', rateBps: never, delayNs: 0, jitterNs: 0, mtuBytes: 1_500 },
};
const ports = [3_478, 3_479];
/** From 6 ms on, doubled each time: silence is known after 90 ms. */
const patience = { leastWaitNs: 6 * nsPerMs, sendings: 4 };

/** Box number 3 is `box3`, between `phone3` and `judge3`; `probe3` tells what it saw. */
export function planBoxes(boxes: readonly BoxSetting[]): Plan {
  const nodes = boxes.flatMap(({ settings }, at): NodeModel[] => [
    node(`phone${at}`, 'terminal'),
    { ...node(`box${at}`, 'nat'), nat: { ...settings, inside: [`lan${at}`] } },
    { ...node(`judge${at}`, 'host'), addressCount: 2 },
  ]);
  const links = boxes.flatMap(({ engine }, at): LinkModel[] => {
    const join = (name: string, one: string, other: string): LinkModel => {
      const direction = bareDirection(nothingAsked, 1_000);
      const toward = { [one]: direction, [other]: direction };
      // A box with a link of the model is the hub's.
      const by = engine === 'kernel' ? 'direct' : 'model';
      return { ...linkOf(name, [one, other]), engine: by, toward };
    };
    return [join(`lan${at}`, `phone${at}`, `box${at}`), join(`wan${at}`, `box${at}`, `judge${at}`)];
  });
  const programs = boxes.flatMap((_, at) => programsOf(at));
  return planScenario(scenarioOf(nodes, links, programs));
}

function programsOf(at: number): ProgramModel[] {
  const judge: Settings = { node: `judge${at}` };
  return [
    {
      ...{ name: `judge${at}`, on: `judge${at}`, run: 'nat-probe-server' },
      with: { addresses: judge, ports },
    },
    {
      ...{ name: `probe${at}`, on: `phone${at}`, run: 'nat-probe' },
      with: { server: judge, ports, stray: true, ...patience },
    },
  ];
}

function node(name: string, kind: NodeKind): NodeModel {
  return {
    ...{ name, group: name, kind, stack: 'kernel', nat: undefined },
    ...{ addressCount: 1, addresses: {}, defaultRoute: undefined },
    ...{ cpus: undefined, memoryBytes: undefined },
  };
}

function linkOf(
  name: string,
  between: readonly [string, string],
): Omit<LinkModel, 'engine' | 'toward'> {
  return { name, group: name, between, notes: [] };
}

function scenarioOf(
  nodes: readonly NodeModel[],
  links: readonly LinkModel[],
  programs: readonly ProgramModel[],
): Scenario {
  return {
    ...{ name: 'calibration', about: '', seed: 1, repeat: 1, looks: looksOf(1) },
    limitNs: 10 * nsPerSecond,
    topology: { nodes, links },
    ...{ programs, traffic: [], watches: [], events: [], measures: [], expectations: [] },
  };
}
