import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { labTest as test } from '../../../src/linux/testing-lab.ts';

/** Of a long proof: ROPEWALK_KILLS=20. */
const kills = process.env['ROPEWALK_KILLS'] ?? '6';
const seed = process.env['ROPEWALK_KILL_SEED'] ?? '1';

/**
 * What other runs and containers have mounted comes and goes meanwhile, here as well when its folder goes, and is none
 * of the trial's business: all of that is left out of this copy of the mounts, but where the trial itself lies.
 */
const inside = `
for place in $(awk '$5 != "/" && / - (overlay|nsfs|tmpfs shm) /{print $5}' /proc/self/mountinfo); do
  case "$PWD/" in "$place"/*) ;; *) umount -l "$place" 2>/dev/null ;; esac
done
umount -l /run/netns 2>/dev/null
mount -t tmpfs none /run && exec "$@"`;

test(`an orchestrator is killed ${kills} times, and gc leaves all as it was, a foreign namespace too`, async (t) => {
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
