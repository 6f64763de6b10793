import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeDescriptor, waitReadable } from './descriptor.ts';
import { killProcess, openProcess, tryOpenProcess } from './pidfd.ts';
import { labTest as test } from './testing-lab.ts';

test('a process is killed by its descriptor, which is readable then', async (t) => {
  const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(child, 'spawn');
  const fd = openProcess(child.pid!);
  t.false(waitReadable(fd, 0));
  t.true(killProcess(fd));
  t.true(waitReadable(fd, 10_000));
  const [, signal] = await once(child, 'exit');
  t.is(signal, 'SIGKILL');
  t.false(killProcess(fd), 'there is nobody any more');
  t.is(tryOpenProcess(child.pid!), undefined);
  closeDescriptor(fd);
});
