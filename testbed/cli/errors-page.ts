/** docs/errors.md, made from the tables of codes: `node testbed/cli/errors-page.ts > docs/errors.md`. */
import { judgeErrorCodes } from '../judge/error-codes.ts';
import { dockerErrorCodes } from '../labs/docker/error-codes.ts';
import { keptErrorCodes } from '../labs/keep/error-codes.ts';
import { mininetErrorCodes } from '../labs/mininet-driver/error-codes.ts';
import { planErrorCodes } from '../plan/error-codes.ts';
import { errorCodes } from '../schema/error-codes.ts';
import { commandErrorCodes, faultCodes } from './error-codes.ts';

type Table = Readonly<Record<string, string>>;

const sections: readonly (readonly [title: string, intro: string, table: Table])[] = [
  ['Command line', 'What the verbs refuse.', commandErrorCodes],
  ['Files', 'What is wrong in a scenario, a topology or a trace.', errorCodes],
  ['Expressions', 'What is wrong in `expect:` and `after:`.', judgeErrorCodes],
  ['Plan', 'A file reads well, and the network that it describes cannot be.', planErrorCodes],
  [
    'Kept labs',
    'What `up`, `ps`, `exec`, `shell`, `capture`, `change` and `down` refuse.',
    keptErrorCodes,
  ],
  [
    'Mininet',
    'What the mininet lab, and the host that it can have on this machine, refuse.',
    mininetErrorCodes,
  ],
  ['Containers', 'What the docker lab cannot have.', dockerErrorCodes],
  ['Faults', 'Exit code 70: please report them, with the file that is named.', faultCodes],
];

const head = `# Errors

<!-- Made by testbed/cli/errors-page.ts from the tables of codes: change those. -->

Every message ends in its code. A wrong file or command line exits with 2 and nothing was started.

\`\`\`
scenarios/hello.yaml:9:34: traffic.download.from: "sever" is not a node [unknown-node]
    9 |   download: { run: stream, from: sever, to: phone }
      |                                  ^^^^^
   did you mean "server"?
\`\`\`
`;

export function formatErrorsPage(): string {
  return [head, ...sections.map(formatSection)].join('\n');
}

function formatSection([title, intro, table]: (typeof sections)[number]): string {
  const entries = Object.entries(table).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const lines = [
    ['code', 'meaning'],
    ...entries.map(([code, meaning]) => [`\`${code}\``, meaning]),
  ];
  const widths = [0, 1].map((at) => Math.max(...lines.map((line) => line[at]!.length)));
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [head, ...rows] = lines.map(row);
  return [`## ${title}`, '', intro, '', head, rule, ...rows, ''].join('\n');
}

export function documentedCodes(): Set<string> {
  return new Set(sections.flatMap(([, , table]) => Object.keys(table)));
}

if (import.meta.main) process.stdout.write(formatErrorsPage());
