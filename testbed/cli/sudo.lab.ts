import { chmodSync, globSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { labTest as test } from '../../src/linux/testing-lab.ts';
import { bin, grid, startFolder } from './testing-runs.ts';

test('under sudo all that a run writes belongs to who called it', async (t) => {
  const folder = startFolder(t, { 'grid.yaml': grid });
  const env = { SUDO_UID: '65534', SUDO_GID: '65533' };
  const words = [
    'run',
    'grid.yaml',
    '--case',
    'links.wire.loss=0%,links.wire.delay=1ms',
    '--capture',
  ];
  const { exitCode, stderr } = await execa(bin, words, { cwd: folder, env, reject: false });
  t.is(exitCode, 0, stderr);
  const written = globSync('reports/**', { cwd: folder }).map((name) => join(folder, name));
  t.true(written.some((path) => path.endsWith('.pcapng')));
  for (const path of written) {
    const { uid, gid } = lstatSync(path);
    t.deepEqual([uid, gid], [65_534, 65_533], path);
  }
});

const commands = `
scenario: commands
repeat: 1
limit: 20 s
topology:
  nodes: { phone: { kind: terminal }, server: { kind: host } }
  links: { wire: { between: [phone, server], rate: 10 Mbit/s, delay: 1 ms } }
programs:
  who: { on: phone, run: [sh, -c, 'echo I am $(id -u)'], awaited: true, reads: { regex: 'am (?<uid>\\d+)' } }
measure: { uid: { what: reported, of: who, field: uid } }
`;

test('under sudo a lab leaves reports and a cache in which its caller can write without root', async (t) => {
  const folder = startFolder(t, { 'commands.yaml': commands });
  chmodSync(folder, 0o755);
  const env = { SUDO_UID: '65534', SUDO_GID: '65533', XDG_CACHE_HOME: join(folder, 'cache') };
  const words = ['run', 'commands.yaml', '--lab', 'netns', '--capture'];
  const { stdout, stderr } = await execa(bin, words, { cwd: folder, env, reject: false });
  const written = globSync(['reports/**', 'cache/**'], { cwd: folder });
  t.log(stdout);
  t.true(
    written.some((name) => name.endsWith('result.json')),
    stderr,
  );
  // Node's cache of code holds a folder for each user that ran something.
  for (const name of written.filter((each) => !/\/code\/./.test(each))) {
    const { uid, gid } = lstatSync(join(folder, name));
    t.deepEqual([uid, gid], [65_534, 65_533], name);
  }
  const result = written.find((name) => name.endsWith('result.json'))!;
  const [sample] = JSON.parse(readFileSync(join(folder, result), 'utf8')).samples;
  const isRun = sample.outcome.kind === 'finished';
  if (isRun) t.like(sample.metrics.uid, { value: 65_534 }, 'the command itself ran as the caller');
  const own = ['code', 'calibration', 'noise'].map(
    (name) => `cache/ropewalk/${name}/of-the-caller`,
  );
  const caller = { cwd: folder, uid: 65_534, gid: 65_533 };
  await t.notThrowsAsync(execa('mkdir', ['-p', ...own], caller));
});
