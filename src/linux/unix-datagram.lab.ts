import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitReadable } from './descriptor.ts';
import { labTest as test } from './testing-lab.ts';
import { UnixDatagram } from './unix-datagram.ts';

test('datagrams go from path to path, and the paths go with their sockets', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-datagram-'));
  const [left, right] = [join(folder, 'left'), join(folder, 'right')];
  {
    using one = new UnixDatagram(left);
    using other = new UnixDatagram(right);
    t.is(other.receive(), undefined);
    t.true(one.send('PING', right));
    t.true(waitReadable(other.fd, 5_000));
    t.is(other.receive(), 'PING');
    t.false(one.send('PING', join(folder, 'nobody')));
  }
  t.false(existsSync(left));
  rmSync(folder, { recursive: true });
});
