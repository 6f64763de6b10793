/** NAT boxes, told from outside as RFC 5780 does, and what a reboot does to them. */
import { link, ms, node, scenario } from '../plan/testing-topology.ts';
import type { Scenario } from '../schema/model.ts';
import type { NatSettings } from '../schema/nat-settings.ts';
import { asking, eventAt, finished, type LabCase } from './tested-lab.conformance.ts';

/** `phone ── box ── edge ── judge`, whose judge has two addresses. */
function boxed(nat: Partial<NatSettings>, parts: Partial<Scenario>): Scenario {
  const nodes = [
    ...[node('phone', 'terminal'), node('box', 'nat', { inside: ['lan'], nat })],
    ...[node('edge', 'router'), node('judge', 'host', { addressCount: 2 })],
  ];
  const links = [
    link('lan', ['phone', 'box'], { delayNs: ms(1) }),
    link('wan', ['box', 'edge'], { delayNs: ms(3) }),
    link('near', ['edge', 'judge'], { delayNs: ms(1) }),
  ];
  return scenario({ nodes, links }, parts);
}

const ports = [3_478, 3_479];
const judge = { node: 'judge' };
const probing: Partial<Scenario> = {
  programs: [
    { name: 'judge', on: 'judge', run: 'nat-probe-server', with: { addresses: judge, ports } },
    { name: 'probe', on: 'phone', run: 'nat-probe', with: { server: judge, ports } },
  ],
};

const kinds = [
  ['endpoint-independent', 'endpoint-independent'],
  ['endpoint-independent', 'address-and-port-dependent'],
  ['address-and-port-dependent', 'address-and-port-dependent'],
] as const;

export const natCases: readonly LabCase[] = [
  ...kinds.map(
    ([mapping, filtering]): LabCase => ({
      title: `a box of ${mapping} mapping and ${filtering} filtering is told as such`,
      async check(t, lab) {
        const nat = { mapping, filtering, ports: 'random' } as const;
        const { outcome, of } = await lab.run(boxed(nat, probing));
        t.deepEqual(outcome, finished);
        t.like(of('nat.classified')[0], { mapping, filtering });
      },
    }),
  ),
  {
    title: 'a box that reboots forgets its mappings, and the next question opens the way anew',
    async check(t, lab) {
      const ask = { ...asking({ count: 100, intervalNs: ms(20) }), to: 'judge' };
      const events = [eventAt(150, { kind: 'nat-reboot', node: 'box' })];
      const { outcome, of } = await lab.run(boxed({}, { traffic: [ask], events }));
      t.deepEqual(outcome, finished);
      t.is(of('nat.mapped', { node: 'box' }).length, 2);
      t.is(of('nat.rebooted', { node: 'box' }).length, 1);
      const rebootedNs = of('nat.rebooted')[0]!.tNs;
      t.true(of('response.received').some(({ tNs }) => tNs > rebootedNs));
      // An answer that was on its way to the box finds no mapping any more; a busy machine is late with others.
      if (lab.lab.name === 'sim') t.true(of('response.received').length >= 99);
    },
  },
];
