import test from 'ava';
import { diagnose } from './diagnose.ts';
import { parseOsRelease, readMachineState } from './read-machine-state.ts';

test('os-release is read with and without quotes', (t) => {
  const text = 'ID=ubuntu\nID_LIKE="debian other"\nPRETTY_NAME=\'Ubuntu 24.04\'\n# no\n';
  t.deepEqual(parseOsRelease(text), {
    ID: 'ubuntu',
    ID_LIKE: 'debian other',
    PRETTY_NAME: 'Ubuntu 24.04',
  });
});

test('of this machine it is known what sim needs', async (t) => {
  const state = await readMachineState();
  t.is(state.platform, process.platform);
  t.true(state.cores >= 1);
  t.true(diagnose(state).labs.find(({ lab }) => lab === 'sim')!.ready);
  t.is(state.kernel === undefined, !(state.isRoot && state.platform === 'linux'));
});
