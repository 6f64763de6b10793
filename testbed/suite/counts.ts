/** How many tests passed and failed, by what ava wrote of each run. */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const passing = /(\d+) tests? passed/g;
const failing =
  /(\d+) (?:tests? failed|tests? remained pending|uncaught exceptions?|unhandled rejections?)/g;

/** A run that ended badly has failed once at least, whatever it wrote. */
export function countTests(log: string, isWell: boolean): Counts {
  const failed = sumOf(log, failing);
  return { passed: sumOf(log, passing), failed: isWell ? failed : Math.max(1, failed) };
}

function sumOf(log: string, pattern: RegExp): number {
  return [...log.matchAll(pattern)].reduce((sum, [, count]) => sum + Number(count), 0);
}
