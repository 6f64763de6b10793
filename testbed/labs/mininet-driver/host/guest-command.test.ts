import { execFileSync } from 'node:child_process';
import test from 'ava';
import { guestArgv, guestInitText } from './guest-command.ts';

test('a guest boots from its folder, and has a card for each device', (t) => {
  const devices = ['left', 'right'];
  const argv = guestArgv({ memoryMiB: 64, devices, folder: '/run/x/guest' });
  t.is(argv[0], 'linux.uml');
  t.true(argv.includes('init=/run/x/guest/init'));
  t.true(argv.includes('ro'), 'the files are the machine’s, and stay as they are');
  t.deepEqual(
    argv.filter((word) => word.startsWith('vec')).map((word) => word.split(',')[1]),
    ['ifname=left', 'ifname=right'],
  );
});

test('what a guest does first is a script that a shell reads, also in a folder with spaces', (t) => {
  const folder = "/run/some where's/guest";
  const text = guestInitText({ folder, modules: ['veth'], body: 'echo done\n' });
  t.notThrows(() => execFileSync('sh', ['-n'], { input: text }));
  t.true(text.includes(`cd '/run/some where'\\''s/guest'`));
  t.true(text.includes('modprobe -a veth\n'));
  t.true(text.endsWith('echo done\n'));
});
