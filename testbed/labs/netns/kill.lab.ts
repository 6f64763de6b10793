import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { labTest as test } from '../../../src/linux/testing-lab.ts';

/** Of a long proof: ROPEWALK_KILLS=20. */
const kills = process.env['ROPEWALK_KILLS'] ?? '4';
const seed = process.env['ROPEWALK_KILL_SEED'] ?? '1';

test(`an orchestrator is killed ${kills} times, and gc leaves all as it was, a foreign namespace too`, async (t) => {
  // What other runs have there comes and goes meanwhile, and is none of the trial's business.
  const inside = 'umount -l /run/netns 2>/dev/null; mount -t tmpfs none /run && exec "$@"';
  const script = join(import.meta.dirname, 'testing-kills.ts');
  const trial = await execa(
    'unshare',
    [
      '--mount',
      '--net',
      '--pid',
      '--fork',
      '--mount-proc',
      'sh',
      '-c',
      inside,
      'sh',
      process.execPath,
      script,
      kills,
      seed,
    ],
    { all: true, reject: false },
  );
  t.log(trial.all);
  t.is(trial.exitCode, 0);
});
