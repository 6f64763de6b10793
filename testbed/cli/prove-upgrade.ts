/** A process that is replaced under load: as many times, and under as many peers, as the issue asks for. */
import { execa } from 'execa';
import { local, type Proof, type ProofGroup } from './proof.ts';

export const upgradeGroup: ProofGroup = {
  report: 'process-upgrade',
  title: 'A process that is replaced under load',
  preface: [
    'A pause is what visitors wait beyond what they wait in windows as long in which nothing is upgraded, p99 of both;',
    'both are told. They talk seldom enough that nobody waits for a processor; the row of the load saturates both. What',
    'one does without, under the same visitors: `ropewalk run scenarios/process-upgrade.yaml --lab netns`.',
  ],
  proofs: [
    proofOf({
      id: 'upgrade-load',
      claim:
        '100 upgrades in a row under 200 connections and 50 new ones a second: nothing lost, doubled, reset or refused',
      file: 'src/upgrade/kernel/load.lab.ts',
      env: { ROPEWALK_UPGRADES: '100', ROPEWALK_PEERS: '200' },
    }),
    proofOf({
      id: 'upgrade-pause',
      claim:
        '100 upgrades in a row under 200 connections and 50 new ones a second: visitors wait 10 ms more at most, p99',
      file: 'src/upgrade/kernel/pause.lab.ts',
      env: { ROPEWALK_UPGRADES: '100', ROPEWALK_PEERS: '200', ROPEWALK_PAUSE_MS: '10' },
    }),
    proofOf({
      id: 'upgrade-kills',
      claim: 'the target is killed at each of ten steps, 20 times each: the source serves on',
      file: 'src/upgrade/kernel/killed-target.lab.ts',
      env: { ROPEWALK_KILLS: '20' },
    }),
  ],
};

interface Ava {
  readonly id: string;
  readonly claim: string;
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

function proofOf({ id, claim, file, env }: Ava): Proof {
  const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return {
    id,
    claim,
    command: `${words.join(' ')} ava --serial --timeout=20m ${file}`,
    prove: async () => {
      const options = { ...local, env: { ...env, ROPEWALK_REQUIRE_LABS: 'netns' } };
      const run = await execa('ava', ['--serial', '--timeout=20m', file], options);
      const lines = run.stdout.split('\n').map((line) => line.trim());
      const told = lines.filter((line) => /^(ℹ|✘)/u.test(line));
      const counted = lines.filter((line) => /\d+ tests? (passed|failed)/.test(line));
      return { holds: run.exitCode === 0, seen: [...counted, ...told].join('; ') };
    },
  };
}
