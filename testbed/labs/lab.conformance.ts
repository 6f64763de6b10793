/**
 * The suite that every lab passes, in virtual time or in real time:
 *
 *   labConformance({ name: 'sim', createLab: createSimLab, skip: {…} });
 *
 * Lower bounds are exact, because nothing is faster than physics. Upper ones leave room for a busy
 * machine: how late a lab is, is measured elsewhere.
 */
import test from 'ava';
import { faultCases } from './fault.conformance.ts';
import type { Lab } from './lab.ts';
import { lifeCases } from './life.conformance.ts';
import { linkCases } from './link.conformance.ts';
import { natCases } from './nat.conformance.ts';
import { type LabCase, TestedLab } from './tested-lab.conformance.ts';

export interface LabConformance {
  readonly name: string;
  readonly createLab: () => Lab;
  /** What is there now that a lab could leave behind, each thing by a name of its own. */
  readonly leftovers: () => readonly string[];
  /** Of a slow machine: it is asked so many times slower. */
  readonly pace?: number;
  /** What this lab can't do: a test's whole title, and why in a sentence. */
  readonly skip?: Readonly<Record<string, string>>;
}

const cases: readonly LabCase[] = [...lifeCases, ...linkCases, ...natCases, ...faultCases];

export function labConformance(options: LabConformance): void {
  const { name, pace, skip = {} } = options;
  for (const { title, check } of cases) {
    const reason = skip[title];
    if (reason !== undefined) {
      test.skip(`${name}: ${title} (${reason})`, (t) => t.pass());
      continue;
    }
    test.serial(`${name}: ${title}`, async (t) => {
      const before = options.leftovers();
      await check(t, new TestedLab(options.createLab(), pace));
      t.deepEqual(options.leftovers(), before, 'something was left behind');
    });
  }
  test(`${name}: what is skipped is a test of the suite`, (t) => {
    const titles = cases.map(({ title }) => title);
    t.deepEqual(
      Object.keys(skip).filter((title) => !titles.includes(title)),
      [],
    );
  });
}
