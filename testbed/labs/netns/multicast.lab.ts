/**
 * System 6 from the YAML on real parts: hostapd, FreeRADIUS, wpa_supplicant, and the kernel's own IGMP and MLD.
 * What subscribers get is counted by a raw socket on their cable, which stands before there is a bridge.
 */
import type { ExecutionContext } from 'ava';
import { serialLabTestUnless } from '../../../src/linux/testing-lab.ts';
import { builtInPrograms } from '../../../src/programs/catalog.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import type { Plan } from '../../plan/plan.ts';
import { runSample } from '../../run/sample.ts';
import { createNetnsLab } from './netns-lab.ts';
import { accessLack, planAccess } from './testing-access.ts';

const test = serialLabTestUnless(accessLack());
const progress = { note: () => {}, holds: () => false, describe: () => undefined };

type Where = Readonly<Record<string, unknown>>;

class Seen {
  readonly #records: readonly TraceRecord[];

  constructor(records: readonly TraceRecord[]) {
    this.#records = records;
  }

  of(kind: string, where: Where = {}): readonly TraceRecord[] {
    const wanted = Object.entries(where);
    return this.#records.filter(
      (record) => record.kind === kind && wanted.every(([key, value]) => record[key] === value),
    );
  }

  /** Frames of the group, or of all, at the subscriber. */
  got(program: string, where: Where = {}): number {
    return this.of('subscriber.received', { program, ...where }).length;
  }
}

async function run(t: ExecutionContext, plan: Plan): Promise<Seen> {
  t.timeout(120_000);
  const lab = createNetnsLab(Object.keys(builtInPrograms));
  t.deepEqual(lab.lacks(plan), []);
  const { signal } = new AbortController();
  const { outcome, records } = await runSample({ lab, plan, progress, signal });
  t.deepEqual(outcome, { kind: 'finished' });
  return new Seen(records);
}

/** Of the 2 000 frames of each group in the two seconds that a host has it: a busy machine is late, and loses none for it. */
const many = 1_500;

test('system 6.1, 6.3: two accounts get exactly their own groups, a stranger none, from the first frame on', async (t) => {
  const seen = await run(t, planAccess('by-account'));
  t.true(seen.got('alice', { group: '239.1.1.1' }) > many);
  t.true(seen.got('alice', { group: 'ff15::1' }) > many);
  t.true(seen.got('bob', { group: '239.1.1.2' }) > many);
  t.is(seen.got('alice', { group: '239.1.1.2' }), 0);
  t.is(seen.got('bob', { group: '239.1.1.1' }), 0);
  t.is(seen.got('stranger'), 0);
  t.is(
    seen.got('alice', { standing: 'stranger' }),
    0,
    'nothing before the join or after the log-off',
  );
  t.is(seen.got('bob', { standing: 'stranger' }), 0);
  t.true(seen.of('multicast.refused', { reason: 'rejected' }).length >= 2);
  t.true(seen.of('multicast.refused', { reason: 'not-authenticated' }).length >= 3);
});

test('system 6.4: FreeRADIUS is told of each membership when it begins and when it ends', async (t) => {
  const seen = await run(t, planAccess('by-account'));
  const told = (status: string) =>
    seen
      .of('radius.accounted', { status })
      .map(({ account, group }) => `${account} ${group}`)
      .toSorted();
  const memberships = ['alice 239.1.1.1', 'alice ff15::1', 'bob 239.1.1.2'];
  t.deepEqual(told('start'), memberships);
  t.deepEqual(told('stop'), memberships);
});

test('system 6.2: a stolen MAC, another MAC behind the port and a guessed password get no frame', async (t) => {
  const seen = await run(t, planAccess('by-account', 'spoof'));
  t.true(seen.got('alice') > 2 * many);
  for (const program of ['guest', 'thief', 'guesser']) t.is(seen.got(program), 0, program);
  t.true(seen.of('subscriber.rejected', { program: 'guesser' }).length >= 1);
});

test('control: by plain snooping everybody gets everything, and nobody is asked', async (t) => {
  const seen = await run(t, planAccess('plain-snooping'));
  for (const program of ['alice', 'bob', 'stranger']) {
    for (const group of ['239.1.1.1', '239.1.1.2']) {
      t.true(seen.got(program, { group }) > many, `${group} at ${program}`);
    }
  }
  t.true(seen.got('alice', { standing: 'stranger' }) > 0, 'a log-off ends nothing');
  t.deepEqual(seen.of('radius.accounted'), []);
});
