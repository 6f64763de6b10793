/** The conformance table: each case, our answer as it comes out now, and where a kernel differs and why. */
import { parseIp } from '../../base/address.ts';
import type { ConformanceCase } from './case.ts';
import { conformanceCases } from './cases.ts';
import { linuxDifferences, linuxSeen, ourDifferences } from './differences.ts';
import { createMachineSubject } from './machine-subject.ts';
import { playCase } from './run.ts';
import { scriptPort, subjectPort } from './subject.ts';

export const reportFile = 'reports/proof/tcp-conformance.md';

const printCommand = `node src/runtime/kernel-tcp/print-table.ts > ${reportFile}`;

export async function renderReport(): Promise<string> {
  const rows = [];
  let held = 0;
  for (const given of conformanceCases) {
    const holds = (await playOurs(given)) === undefined;
    if (holds) held += 1;
    rows.push(renderRow(given, holds));
  }
  return [...renderHead(held), ...renderDifferences(), ...renderTable(rows), ''].join('\n');
}

async function playOurs(given: ConformanceCase): Promise<string | undefined> {
  const script = { address: parseIp('192.0.2.1')!, port: scriptPort };
  const end = { address: parseIp('192.0.2.2')!, port: subjectPort };
  return await playCase(given, createMachineSubject(4, end, script), script, end);
}

function renderHead(held: number): string[] {
  const total = conformanceCases.length;
  const live = conformanceCases.filter(({ isLong }) => !isLong).length;
  const differing = Object.keys(linuxDifferences).length;
  return [
    '# What the RFCs say of TCP, case by case',
    '',
    `Written by \`${printCommand}\`; a test holds it to what comes out.`,
    "The answers are the RFCs'. Ours is played in virtual time, over IPv4 here and over both families in the tests.",
    `Linux ${linuxSeen} is played live behind a TUN device, over IPv4 and IPv6, by \`src/runtime/kernel-tcp/conformance.lab.ts\`, which fails where`,
    'it does otherwise than this table says. A dash: it takes minutes or days, and is played in virtual time only.',
    '',
    `| | cases | hold | differ |`,
    `|---|---|---|---|`,
    `| ours | ${total} | ${held} | ${total - held} |`,
    `| Linux ${linuxSeen} | ${live} | ${live - differing} | ${differing} |`,
    '',
  ];
}

function renderDifferences(): string[] {
  const lines = (who: string, differences: Readonly<Record<string, string>>) =>
    Object.entries(differences).map(([id, why]) => `| \`${id}\` | ${who} | ${why} |`);
  return [
    '## Where one differs, and why',
    '',
    '| case | who | why |',
    '|---|---|---|',
    ...lines('ours', ourDifferences),
    ...lines('Linux', linuxDifferences),
    '',
  ];
}

function renderTable(rows: readonly string[]): string[] {
  const head = ['| case | clause | the answer | ours | Linux |', '|---|---|---|---|---|'];
  return ['## All cases', '', ...head, ...rows];
}

function renderRow({ id, clause, says, isLong }: ConformanceCase, holds: boolean): string {
  const linux = isLong ? '–' : id in linuxDifferences ? 'differs' : 'holds';
  return `| \`${id}\` | ${clause} | ${says} | ${holds ? 'holds' : 'differs'} | ${linux} |`;
}
