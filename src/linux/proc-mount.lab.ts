import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { listMountPoints } from './mount.ts';
import { NetworkNamespace, runInNamespace } from './network-namespace.ts';
import { ProcMount } from './proc-mount.ts';
import { labTest as test } from './testing-lab.ts';

const setting = 'sys/net/ipv4/conf/default/arp_announce';

test('a /proc of our own shows the settings of the namespace that the thread is in', (t) => {
  using namespace = NetworkNamespace.create();
  using proc = ProcMount.open()!;
  const before = readFileSync(`/proc/${setting}`, 'utf8');
  runInNamespace(namespace, () => writeFileSync(`${proc.path}/${setting}`, '2'));
  t.is(readFileSync(`/proc/${setting}`, 'utf8'), before);
  t.is(
    runInNamespace(namespace, () => readFileSync(`/proc/${setting}`, 'utf8')),
    '2\n',
  );
});

test('it is mounted nowhere, and gone when it is closed', (t) => {
  const before = listMountPoints();
  const proc = ProcMount.open()!;
  t.deepEqual(listMountPoints(), before);
  t.true(existsSync(`${proc.path}/${setting}`));
  proc[Symbol.dispose]();
  t.false(existsSync(`${proc.path}/${setting}`));
});
