/** Homes on one access router: each a NAT box with four terminals behind it, and a server beyond. */
import { never, nsPerSecond } from '../../../../src/base/time.ts';
import type { Plan } from '../../../plan/plan.ts';
import { planScenario } from '../../../plan/plan-scenario.ts';
import { link, ms, node, scenario, traffic } from '../../../plan/testing-topology.ts';

export const terminalsAHome = 4;

/** Every terminal of the first `talking` asks the server `questions` times. */
export function planHomes(homes: number, talking: number, questions: number): Plan {
  const homeNames = Array.from({ length: homes }, (_, at) => `home[${at + 1}]`);
  const phoneNames = Array.from({ length: homes * terminalsAHome }, (_, at) => `phone[${at + 1}]`);
  const homeOf = (phone: number): string => homeNames[Math.floor(phone / terminalsAHome)]!;
  const wifiOf = (home: number): string[] =>
    Array.from({ length: terminalsAHome }, (_, at) => `wifi[${home * terminalsAHome + at + 1}]`);
  const nodes = [
    ...phoneNames.map((name) => node(name, 'terminal')),
    ...homeNames.map((name, at) => node(name, 'nat', { inside: wifiOf(at) })),
    node('access', 'router'),
    node('server', 'host'),
  ];
  const queue = {
    limitFrames: 100_000,
    limitBytes: never,
    discipline: { kind: 'drop-tail' },
  } as const;
  const access = { delayNs: ms(2), rateBps: 100_000_000, queue };
  const links = [
    ...phoneNames.map((name, at) => link(`wifi[${at + 1}]`, [name, homeOf(at)], access)),
    ...homeNames.map((name, at) => link(`fibre[${at + 1}]`, [name, 'access'], access)),
    link('core', ['access', 'server'], { delayNs: ms(5), rateBps: 100_000_000_000, queue }),
  ];
  const asking = phoneNames.slice(0, talking).map((name, at) =>
    traffic(`ask${at}`, name, 'server', {
      generator: 'request-response',
      count: questions,
      payloadBytes: 200,
      intervalNs: ms(20),
      // Spread over the interval: ten thousand questions at one instant are no traffic but a jam.
      startNs: Math.floor((at * ms(38)) / talking),
    }),
  );
  return planScenario(
    scenario({ nodes, links }, { limitNs: 3_600 * nsPerSecond, traffic: asking }),
  );
}
