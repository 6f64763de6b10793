/** A connection that outlives its board: as many kills as the bar asks for, in parts that are kept one by one. */
import { globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { local, type Proof, type ProofGroup, root, workFolder } from './proof.ts';

const works = ['upload', 'download', 'echo', 'idle', 'half-closed'];
const modes = ['3.5', '5.5'];
/** Four conditions of the link each, 200 kills a condition. */
const killsAPart = 800;
const rounds = [1, 2];

const simKills = rounds.flatMap((round) =>
  modes.flatMap((sentence) => works.map((work) => simProof(round, sentence, work))),
);

function simProof(round: number, sentence: string, work: string): Proof {
  const title = `*system ${sentence}: killed at any time during ${work} on*`;
  return {
    id: `backup-kills-${sentence}-${work}-${round}`,
    claim: `killed ${killsAPart} times during ${work} in virtual time, seeds of round ${round} (system ${sentence})`,
    command: `ROPEWALK_PROOF_ROUND=${round} ava --match='${title}' src/backup/take-over.test.ts`,
    prove: async () => {
      const env = { ROPEWALK_PROOF_ROUND: String(round) };
      const words = ['--timeout=60m', `--match=${title}`, 'src/backup/take-over.test.ts'];
      const run = await execa('ava', words, { ...local, env });
      const passed = Number(/(\d+) tests? passed/.exec(run.stdout)?.[1] ?? 0);
      const holds = run.exitCode === 0 && passed === 4;
      return { holds, seen: `${passed} of 4 conditions of the link, 200 kills each` };
    },
  };
}

/** A hundred kills of each work; the longest silence at the peer of those whose answers flow. */
const realKills: Proof = {
  id: 'backup-kills-netns',
  claim:
    '300 boards are killed at drawn moments on real sockets: every byte, no cut, p90 of the gap at most 120 ms',
  command: 'ropewalk run scenarios/backup-kill.yaml --lab netns',
  prove: async () => {
    const out = join(workFolder, 'backup');
    rmSync(out, { recursive: true, force: true });
    const program = join(root, 'testbed/cli/ropewalk.js');
    const words = [program, 'run', 'scenarios/backup-kill.yaml', '--lab', 'netns', '--out', out];
    const run = await execa('node', words, local);
    const detectionsMs = readDetections(out).toSorted((a, b) => a - b);
    const detectedMs = detectionsMs[Math.floor(detectionsMs.length * 0.9)] ?? Number.NaN;
    const verdict = run.stdout.trim().split('\n').at(-2) ?? '';
    const gaps = run.stdout.split('\n').filter((line) => line.includes('p90 gap'));
    const share = `of it detection, p90: ${detectedMs.toFixed(1)} ms after the last word`;
    return { holds: run.exitCode === 0, seen: [verdict, ...gaps, share].join('; ') };
  },
};

function readDetections(folder: string): number[] {
  const lines = globSync('**/*.ndjson', { cwd: folder })
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
    .filter((line) => line.includes('"backup.detected"'));
  return lines.map((line) => JSON.parse(line).silentNs / 1e6);
}

export const backupGroup: ProofGroup = {
  report: 'backup',
  title: 'A TCP connection that outlives its board',
  preface: [
    'A kill is at a drawn moment of the connection, with a drawn seed; it holds where the peer has every byte and saw',
    'no SYN, FIN or RST in the middle. What it costs while nothing fails: `ropewalk run scenarios/backup-cost.yaml`.',
  ],
  proofs: simKills,
};

export const realBackupGroup: ProofGroup = {
  ...backupGroup,
  report: 'backup-netns',
  title: 'A TCP connection that outlives its board, on real sockets',
  proofs: [realKills],
};
