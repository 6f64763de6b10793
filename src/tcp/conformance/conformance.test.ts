/** Our machine against each case, over IPv4 and IPv6. */
import test from 'ava';
import { type Family, parseIp } from '../../base/address.ts';
import type { ConformanceCase } from './case.ts';
import { conformanceCases } from './cases.ts';
import { ourDifferences } from './differences.ts';
import { createMachineSubject } from './machine-subject.ts';
import { playCase } from './run.ts';
import { type Subject, scriptPort, subjectPort } from './subject.ts';

const addresses = {
  4: [parseIp('192.0.2.1')!, parseIp('192.0.2.2')!],
  6: [parseIp('2001:db8::1')!, parseIp('2001:db8::2')!],
} as const;

async function play(
  given: ConformanceCase,
  family: Family,
  disguise: (subject: Subject) => Subject = (subject) => subject,
): Promise<string | undefined> {
  const script = { address: addresses[family][0], port: scriptPort };
  const end = { address: addresses[family][1], port: subjectPort };
  const subject = createMachineSubject(family, end, script);
  return await playCase(given, disguise(subject), script, end);
}

/** Its segments get lost. */
function mute(subject: Subject): Subject {
  const next = async (untilNs: number) => {
    while ((await subject.next(untilNs)) !== undefined);
    return undefined;
  };
  return { ...subject, next };
}

/** Deaf but for openings: it hears nothing after the third packet. */
function deaf(subject: Subject): Subject {
  let heard = 0;
  return {
    ...subject,
    inject(packet) {
      heard += 1;
      if (heard <= 2) subject.inject(packet);
    },
  };
}

for (const given of conformanceCases) {
  for (const family of [4, 6] as const) {
    if (given.family !== undefined && given.family !== family) continue;
    const why = ourDifferences[given.id];
    const differs = why === undefined ? '' : `; we differ: ${why}`;
    test(`v${family} ${given.id}: ${given.says} (${given.clause})${differs}`, async (t) => {
      const problem = await play(given, family);
      if (why === undefined) t.is(problem, undefined);
      else t.not(problem, undefined, 'it holds by now: take it out of the differences');
    });
  }
}

test('there are at least 150 cases, each with a name of its own and a clause', (t) => {
  t.true(conformanceCases.length >= 150, `${conformanceCases.length}`);
  t.is(new Set(conformanceCases.map(({ id }) => id)).size, conformanceCases.length);
  for (const { id, clause } of conformanceCases) t.regex(clause, /^RFC \d+/, id);
});

test('a TCP whose segments get lost fails every case that expects one', async (t) => {
  for (const given of conformanceCases) {
    if (given.isLong || !/^\s*>/m.test(given.script)) continue;
    t.not(await play(given, given.family ?? 4, mute), undefined, given.id);
  }
});

test('a TCP that hears nothing but the handshake fails most cases', async (t) => {
  const held = [];
  for (const given of conformanceCases) {
    if ((await play(given, given.family ?? 4, deaf)) === undefined) held.push(given.id);
  }
  t.true(held.length < conformanceCases.length / 2, `${held.length}`);
});
