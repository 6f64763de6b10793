/** What failed by a log of ava's, in few lines: for whoever sees only the end of a long one. */
import { stripVTControlCharacters } from 'node:util';

export interface Failure {
  readonly title: string;
  /** What ava says of it; neither the test's own lines nor those of the stack that are not ours. */
  readonly text: readonly string[];
}

/** Between two rules: each failed test, with three line ends between them. */
const failedTests = /^ {2}─\n\n(?! {2}\d+ (?:tests?|uncaught|unhandled) )([\s\S]*?)\n {2}─$/gm;
const thrown = /^ {2}(?:Uncaught exception|Unhandled rejection) in .*(?:\n(?! {2}[✘✔─]).*)*/gm;
const pending = /^ {2}\d+ tests? (?:were|was) pending in (.*)\n\n((?: {2}◌ .*\n?)+)/gm;
/** What `lab-files.ts` says of a file that ava could not speak of any more. */
const cutOff = /^1 test failed: (.*)$/gm;
const unneeded = /^\s*$|^\s+\d+: |node_modules|node:internal/;
const longestLine = 200;

export function failuresIn(log: string): Failure[] {
  const text = stripVTControlCharacters(log);
  const blocks = [...text.matchAll(failedTests)].flatMap(([, all]) => all!.split(/\n{3,}/));
  return [
    ...[...blocks, ...[...text.matchAll(thrown)].map(([all]) => all)].map(readBlock),
    ...[...text.matchAll(pending)].map(([, file, titles]) => ({
      title: `pending in ${file}`,
      text: titles!.split('\n').filter(Boolean),
    })),
    ...[...text.matchAll(cutOff)].map(([, title]) => ({ title: title!, text: [] })),
  ];
}

/** Of what ended badly and names no test: what it said last. */
export function failureOf(title: string, log: string): Failure {
  const lines = stripVTControlCharacters(log).split('\n');
  return { title, text: lines.filter((line) => line.trim() !== '').slice(-mostLastLines) };
}

const mostLastLines = 12;

/** Each has as many lines as the others may have; not all of them where there are more than lines. */
export function formatFailures(failures: readonly Failure[], mostLines: number): string[] {
  const shown = failures.slice(0, mostLines);
  const each = Math.floor(mostLines / Math.max(1, shown.length));
  const left = failures.length - shown.length;
  return [
    ...shown.flatMap((failure) => formatFailure(failure, each)),
    ...(left > 0 ? [`and ${left} more`] : []),
  ].map((line) => line.slice(0, longestLine));
}

function formatFailure({ title, text }: Failure, mostLines: number): string[] {
  const lines = [title, ...text.map((line) => `  ${line}`)];
  if (lines.length <= mostLines || mostLines < 2) return lines.slice(0, mostLines);
  return [...lines.slice(0, mostLines - 1), '    …'];
}

function readBlock(block: string): Failure {
  const [title = '', ...text] = block.split('\n').filter((line) => !unneeded.test(line));
  return { title: title.trim(), text };
}
