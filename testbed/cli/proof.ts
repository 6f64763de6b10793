/** What a proof is, and how what it saw is kept and told. */
import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';

export const root = join(import.meta.dirname, '../..');
export const workFolder = join(root, 'reports/runs/proof');
export const local = { cwd: root, preferLocal: true, localDir: root, reject: false } as const;

/** Other moments each time, and which they were is told: with it in the environment they come again. */
export function killSeed(): string {
  return process.env['ROPEWALK_KILL_SEED'] ?? String(randomInt(1, 1_000_000));
}

export interface Proof {
  readonly id: string;
  readonly claim: string;
  /** How it was done, as a reader would type it. */
  readonly command: string;
  prove(commit: string): Promise<Outcome>;
}

export interface Outcome {
  readonly holds: boolean;
  readonly seen: string;
}

/** What is reported together. */
export interface ProofGroup {
  /** Of `reports/proof`, without its ending. */
  readonly report: string;
  readonly title: string;
  /** What a reader has to know of the rows. */
  readonly preface: readonly string[];
  readonly proofs: readonly Proof[];
}

/** `wanted`: ids of proofs, or names of reports; empty: all. True: what was proved holds. */
export async function proveGroup(group: ProofGroup, wanted: readonly string[]): Promise<boolean> {
  const isWhole = wanted.length === 0 || wanted.includes(group.report);
  const proofs = isWhole ? group.proofs : group.proofs.filter(({ id }) => wanted.includes(id));
  const commit = (await execa('git', ['rev-parse', 'HEAD'], local)).stdout;
  const rows: [Proof, Outcome][] = [];
  for (const proof of proofs) {
    const outcome = await settle(proof, commit);
    rows.push([proof, outcome]);
    const verdict = outcome.holds ? 'holds' : 'DOES NOT HOLD';
    process.stdout.write(`${verdict}  ${proof.claim}: ${outcome.seen}\n`);
  }
  if (isWhole) writeReport(group, rows, commit);
  return rows.every(([, outcome]) => outcome.holds);
}

/** Done before: taken from the disk, unless the commit has changed since. */
async function settle(proof: Proof, commit: string): Promise<Outcome> {
  const kept = join(workFolder, `${proof.id}.json`);
  if (existsSync(kept)) {
    const before = JSON.parse(readFileSync(kept, 'utf8'));
    if (before.commit === commit) return before.outcome;
  }
  const outcome = await proof.prove(commit);
  mkdirSync(workFolder, { recursive: true });
  writeFileSync(kept, JSON.stringify({ commit, outcome }));
  return outcome;
}

function writeReport(
  { report, title, preface }: ProofGroup,
  rows: readonly (readonly [Proof, Outcome])[],
  commit: string,
): void {
  const lines = rows.map(
    ([{ claim, command }, { holds, seen }]) =>
      `| ${claim} | \`${command}\` | ${seen} | ${holds ? 'holds' : 'does not hold'} |`,
  );
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Linux ${release()}, Node ${process.version}`;
  const text = [
    `# ${title}`,
    '',
    `Commit ${commit}, ${new Date().toISOString().slice(0, 10)}, ${machine}.`,
    ...preface,
    '',
    '| claim | command | seen | |',
    '|---|---|---|---|',
    ...lines,
    '',
  ];
  mkdirSync(join(root, 'reports/proof'), { recursive: true });
  writeFileSync(join(root, 'reports/proof', `${report}.md`), text.join('\n'));
}
