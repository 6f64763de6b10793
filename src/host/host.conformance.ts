/**
 * The suite that every host passes, simulated or real:
 *
 *   hostConformance({ name: 'the simulated host', build: buildSimulatedPair });
 */
import test from 'ava';
import { datagramCases } from './datagram.conformance.ts';
import { frameCases } from './frame.conformance.ts';
import { interfaceCases } from './interface.conformance.ts';
import type { ConformanceCase, HostPair } from './pair.conformance.ts';
import { pathCases } from './path.conformance.ts';
import { streamCases } from './stream.conformance.ts';
import { timeCases } from './time.conformance.ts';

export interface HostConformance {
  readonly name: string;
  /** A fresh pair for each test. */
  readonly build: () => Promise<HostPair>;
  /** What this host can't do: a test's whole title, and why in a sentence. */
  readonly skip?: Readonly<Record<string, string>>;
}

const cases: readonly ConformanceCase[] = [
  ...timeCases,
  ...datagramCases,
  ...pathCases,
  ...interfaceCases,
  ...frameCases,
  ...streamCases,
];

export function hostConformance(options: HostConformance): void {
  declareCases(cases, options);
}

/** For suites of rooms above, which run on hosts too. */
export function declareCases(cases: readonly ConformanceCase[], options: HostConformance): void {
  const skip = options.skip ?? {};
  for (const { title, check } of cases) {
    const reason = skip[title];
    if (reason === undefined) declareTest(`${options.name}: ${title}`, options.build, check);
    else test.skip(`${options.name}: ${title} (${reason})`, (t) => t.pass());
  }
  test(`${options.name}: what is skipped is a test of the suite`, (t) => {
    const titles = cases.map(({ title }) => title);
    t.deepEqual(
      Object.keys(skip).filter((title) => !titles.includes(title)),
      [],
    );
  });
}

/** One after the other: a hundred pairs at once, each with threads of its own, wait for one another. */
function declareTest(
  title: string,
  build: () => Promise<HostPair>,
  check: ConformanceCase['check'],
): void {
  test.serial(title, async (t) => {
    await using pair = await build();
    await check(t, pair);
  });
}
