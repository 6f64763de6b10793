/** Names the labs that this machine can run and those it can't, and fails where a required one is missing. */
import process from 'node:process';
import { labNames } from '../labs/lab.ts';

/** Labs that stand in this version, each with what it lacks here (undefined: nothing). */
const standing: Readonly<Record<string, string | undefined>> = { sim: undefined };

const required = (process.env['ROPEWALK_REQUIRE_LABS'] ?? '').split(',').filter(Boolean);
const missing = required.filter((lab) => !(lab in standing) || standing[lab] !== undefined);

for (const lab of labNames) {
  const state = lab in standing ? (standing[lab] ?? 'ready') : 'not in this version';
  process.stdout.write(`lab ${lab}: ${state}\n`);
}
if (missing.length > 0) {
  process.stderr.write(`required and missing: ${missing.join(', ')}\n`);
  process.exitCode = 1;
}
