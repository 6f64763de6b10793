import test from 'ava';
import { controlGroups } from './control-groups.ts';
import { inside } from './node-container.ts';

const older = 'cgroup /sys/fs/cgroup/pids cgroup rw 0 0\n';
const unified = 'cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n';

test('unified control groups beside older ones are shown to containers, and are not theirs to change', (t) => {
  t.deepEqual(controlGroups(older + unified), [
    { from: '/sys/fs/cgroup/unified', to: inside.controlGroups, isWritable: false },
  ]);
});

test('where they are alone, or not there, the engine is left to it', (t) => {
  t.deepEqual(controlGroups(unified), []);
  t.deepEqual(controlGroups(older), []);
});
