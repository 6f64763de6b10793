/** Nodes that crash and come back, with what runs on them. */
import { ms } from '../plan/testing-topology.ts';
import {
  answersAround,
  asking,
  cable,
  eventAt,
  finished,
  type LabCase,
} from './tested-lab.conformance.ts';

/** Long enough for a busy machine to start a program once more. */
const asks = asking({ count: 150, intervalNs: ms(40), timeoutNs: ms(100) });
const crash = { kind: 'node-crash', node: 'server' } as const;

export const faultCases: readonly LabCase[] = [
  {
    title: 'a node that crashes for a while is silent, and its programs answer again afterwards',
    async check(t, lab) {
      const events = [eventAt(400, crash, 600)];
      const sample = await lab.run(cable([asks], {}, { events }));
      const { outcome, of } = sample;
      t.deepEqual(outcome, finished);
      const { within, after } = answersAround(sample);
      t.is(within, 0);
      t.true(after > 0);
      const dead = of('program.stopped', { id: 'ask/responder', reason: 'node-crashed' });
      t.is(dead.length, 1);
      t.is(of('program.ready', { id: 'ask/responder' }).length, 2);
    },
  },
  {
    title: 'a node that crashes keeps its links: what is sent to it vanishes on arrival',
    async check(t, lab) {
      const events = [eventAt(200, crash, 400)];
      const { outcome, of } = await lab.run(cable([asks], {}, { events }));
      t.deepEqual(outcome, finished);
      t.is(of('link.dropped').length, 0);
      const endedNs = of('event.ended')[0]!.tNs;
      t.deepEqual(
        of('path.error').filter(({ tNs }) => tNs < endedNs),
        [],
      );
    },
  },
  {
    title: 'a crash without a restart fails the sample, which names it',
    async check(t, lab) {
      const events = [eventAt(300, { ...crash, node: 'phone' })];
      const { outcome } = await lab.run(cable([asks], {}, { events, limitNs: ms(1_000) }));
      t.deepEqual(outcome, {
        kind: 'failed',
        reason:
          'ask/requester on phone stopped when its node crashed, and the node did not start again',
      });
    },
  },
  {
    title: 'a restart of a node that is up stops its programs and begins them at once',
    async check(t, lab) {
      const events = [eventAt(300, { kind: 'node-restart', node: 'server' })];
      const { outcome, of } = await lab.run(cable([asks], {}, { events }));
      t.deepEqual(outcome, finished);
      const ready = of('program.ready', { id: 'ask/responder' });
      t.is(ready.length, 2);
      t.true(of('response.received').some(({ tNs }) => tNs > ready[1]!.tNs));
      // How long a program takes to start, a machine decides.
      if (lab.lab.name === 'sim') t.true(of('request.timed-out').length < 10);
    },
  },
];
