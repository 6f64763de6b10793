/** From up to down: ready, addresses, what programs say of themselves, interruption. */
import { formatIp, isIpv4 } from '../../src/base/address.ts';
import { nsPerSecond } from '../../src/base/time.ts';
import { link, ms, node, scenario, traffic } from '../plan/testing-topology.ts';
import type { ProgramModel } from '../schema/model.ts';
import { asking, cable, finished, type LabCase } from './tested-lab.conformance.ts';

/** For labs that skip it. */
export const killedTitle = 'a program that is killed fails the sample, which says by what';

export const lifeCases: readonly LabCase[] = [
  {
    title: 'ready means ready: not one of the first datagrams is lost or waited for',
    async check(t, lab) {
      const flow = traffic('flow', 'phone', 'server', { count: 20, rateBps: 8_000_000 });
      const { outcome, of } = await lab.run(cable([flow]));
      t.deepEqual(outcome, finished);
      t.deepEqual(
        of('datagram.received').map(({ n }) => n),
        Array.from({ length: 20 }, (_, n) => n + 1),
      );
    },
  },
  {
    title: 'each node has the addresses of the plan, of both families',
    async check(t, lab) {
      const flows = ([4, 6] as const).map((family) => ({
        ...asking({ family, count: 2 }),
        name: `ask-${family}`,
      }));
      const { outcome, of, plan } = await lab.run(cable(flows));
      t.deepEqual(outcome, finished);
      t.is(of('response.received').length, 4);
      const addresses = plan.nodes[1]!.interfaces[0]!.addresses.map(({ address }) => address);
      t.true(addresses.some(isIpv4) && addresses.some((address) => !isIpv4(address)));
      const peers = plan.programs.map(({ settings }) => JSON.stringify(settings['peer'] ?? ''));
      for (const address of addresses) {
        t.true(peers.some((peer) => peer.includes(formatIp(address))));
      }
    },
  },
  {
    title: 'a node of several links is reached by each of them',
    async check(t, lab) {
      const nodes = [node('phone', 'terminal'), node('server', 'host')];
      const links = [
        link('fast', ['phone', 'server'], { delayNs: ms(1) }),
        link('slow', ['phone', 'server'], { delayNs: ms(30) }),
      ];
      const flows = ['fast', 'slow'].map((via) => ({ ...asking({ via, count: 3 }), name: via }));
      const { outcome, of } = await lab.run(scenario({ nodes, links }, { traffic: flows }));
      t.deepEqual(outcome, finished);
      const roundTrips = (flow: string) =>
        of('response.received', { flow }).map(({ rttNs }) => rttNs as number);
      t.true(roundTrips('slow').every((rttNs) => rttNs >= ms(60)));
      t.true(roundTrips('fast').some((rttNs) => rttNs < ms(60)));
    },
  },
  {
    title: 'a link may have a long name, and a program be bound to it',
    async check(t, lab) {
      const nodes = [node('phone', 'terminal'), node('server', 'host')];
      const via = 'a-link-of-the-longest-kind-of-name';
      const links = [link('other', ['phone', 'server']), link(via, ['phone', 'server'])];
      const ask = asking({ via, count: 2 });
      const { outcome, of } = await lab.run(scenario({ nodes, links }, { traffic: [ask] }));
      t.deepEqual(outcome, finished);
      t.is(of('response.received').length, 2);
      t.true(
        (of('link.counters', { link: via, toward: 'server' })[0]!['deliveredFrames'] as number) > 0,
      );
    },
  },
  {
    title: 'packets pass a switch and a router',
    async check(t, lab) {
      const nodes = [
        ...[node('phone', 'terminal'), node('desk', 'switch'), node('other', 'host')],
        ...[node('edge', 'router'), node('server', 'host')],
      ];
      const links = [
        ...[
          link('a', ['phone', 'desk']),
          link('b', ['other', 'desk']),
          link('c', ['desk', 'edge']),
        ],
        link('d', ['edge', 'server'], { delayNs: ms(2) }),
      ];
      const flows = ['server', 'other'].map((to) =>
        traffic(`to-${to}`, 'phone', to, { generator: 'request-response', count: 3 }),
      );
      const { outcome, of } = await lab.run(scenario({ nodes, links }, { traffic: flows }));
      t.deepEqual(outcome, finished);
      t.is(of('response.received').length, 6);
    },
  },
  {
    title: 'programs are ready before anybody opens, and each says how it ended',
    async check(t, lab) {
      const { outcome, of, t0Ns } = await lab.run(cable([asking()]));
      t.deepEqual(outcome, finished);
      const [ready] = of('program.ready', { id: 'ask/responder' });
      t.true(ready!.tNs <= t0Ns);
      t.true(of('flow.opened')[0]!.tNs >= t0Ns);
      t.is(of('program.finished', { id: 'ask/requester' }).length, 1);
      t.is(of('program.failed').length, 0);
    },
  },
  {
    title: 'a program that throws fails the sample with its sentence',
    async check(t, lab) {
      const broken = { name: 'broken', on: 'server', run: 'echo', with: { port: 'seven' } };
      const { outcome } = await lab.run(cable([], {}, { programs: [broken] }));
      t.deepEqual(outcome, {
        kind: 'failed',
        reason:
          'broken on server failed: crashed: a program was given port = "seven" (wrong-setting)',
      });
    },
  },
  {
    title: killedTitle,
    async check(t, lab) {
      const killed: ProgramModel = {
        ...{ name: 'killed', on: 'server', run: ['sh', '-c', 'sleep 0.1; kill -9 $$'], with: {} },
        foreign: {
          ...{ cwd: undefined, env: {}, files: [], ready: { kind: 'started' }, reads: undefined },
          ...{ awaited: true, startNs: 0 },
        },
      };
      const { outcome, of } = await lab.run(
        cable([asking({ count: 2 })], {}, { programs: [killed] }),
      );
      t.deepEqual(outcome, {
        kind: 'failed',
        reason: 'killed on server failed: was ended by SIGKILL',
      });
      t.like(of('program.exited', { id: 'killed' })[0], { signal: 'SIGKILL' });
    },
  },
  {
    title: 'a service that nobody waits for is stopped at the end, and says so',
    async check(t, lab) {
      const echo = { name: 'echo', on: 'server', run: 'echo', with: { port: 7 } };
      const { outcome, of } = await lab.run(
        cable([asking({ count: 2 })], {}, { programs: [echo] }),
      );
      t.deepEqual(outcome, finished);
      t.like(of('program.stopped', { id: 'echo' })[0], { node: 'server', reason: 'run-over' });
    },
  },
  {
    title: 'an interruption ends the run, and everything is taken down',
    async check(t, lab) {
      const controller = new AbortController();
      const endless = asking({ count: 1_000_000, intervalNs: ms(20) });
      const { outcome } = await lab.run(cable([endless], {}, { limitNs: 3_600 * nsPerSecond }), {
        signal: controller.signal,
        onRecord: ({ kind }) => kind === 'response.received' && controller.abort(),
      });
      t.deepEqual(outcome, { kind: 'interrupted' });
    },
  },
  {
    title: 'the limit ends a run that does not end by itself',
    async check(t, lab) {
      const { outcome, of, t0Ns } = await lab.run(
        cable([asking({ count: 10_000, intervalNs: ms(20) })], {}, { limitNs: ms(300) }),
      );
      t.is(outcome.kind, 'failed');
      t.true(of('run.ended')[0]!.tNs >= t0Ns + ms(300));
    },
  },
];
