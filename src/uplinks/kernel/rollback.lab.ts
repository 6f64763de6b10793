/** A move of which a step fails: the socket is what it was before, and speaks as it did. */
import { execFileSync } from 'node:child_process';
import { fstatSync } from 'node:fs';
import { getLongOption, socketOption } from '../../linux/socket.ts';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { type Change, nobody } from '../change-message.ts';
import { handleChange } from '../stack-side.ts';
import { KernelGround } from './kernel-ground.ts';
import { TestSocket } from './testing-socket.ts';
import { addressOn, lte, TestTerminal, wifi } from './testing-terminal.ts';

const noRecords = { record: () => undefined };

type Link = typeof wifi | typeof lte;

function changeOf(
  socket: TestSocket,
  protocol: 'udp' | 'mptcp',
  family: 4 | 6,
  link: Link,
): Change {
  const { ino: inode } = fstatSync(socket.fd);
  const cookie = getLongOption(socket.fd, socketOption.cookie);
  const address = addressOn(link, family);
  const identity = { family, protocol, inode, cookie } as const;
  return { kind: 'change', order: 1, action: 'move', socket: identity, holder: nobody, address };
}

for (const family of [4, 6] as const) {
  for (const unconnected of [false, true]) {
    const kind = `IPv${family}, UDP, ${unconnected ? 'unconnected' : 'connected'}`;
    test(`${kind}: where another socket has the port on the new link, it stays, and moves once that is gone`, async (t) => {
      t.timeout(120_000);
      await using terminal = new TestTerminal();
      await terminal.startFar();
      using ground = terminal.within(() => new KernelGround());
      using socket = new TestSocket(terminal, { protocol: 'udp', family, unconnected });
      const seen = socket.ask();
      t.is(seen?.address, addressOn(wifi, family));
      const move = (link: Link) => {
        const change = changeOf(socket, 'udp', family, link);
        return terminal.within(() => handleChange(ground, change, noRecords));
      };
      // As long as it has its port on all addresses no other can have it.
      if (unconnected) t.is(move(wifi).result, 'moved');
      const before = socket.local;
      {
        const bound = { address: addressOn(lte, family), port: before.port };
        using taker = new TestSocket(terminal, { protocol: 'udp', family, bound });
        t.deepEqual(taker.local, bound);
        t.is(move(lte).result, 'rolled-back');
        t.deepEqual(socket.local, before);
        t.deepEqual(socket.ask(), seen, 'it speaks as it did');
      }
      t.is(move(lte).result, 'moved', 'control: the port was all that was in the way');
      t.is(socket.ask()?.address, addressOn(lte, family));
    });
  }

  test(`IPv${family}, MPTCP: where no subflow comes to stand on the new link, it stays on the old one`, async (t) => {
    t.timeout(120_000);
    await using terminal = new TestTerminal();
    await terminal.startFar();
    using ground = terminal.within(() => new KernelGround());
    using socket = new TestSocket(terminal, { protocol: 'mptcp', family });
    const seen = socket.ask();
    t.is(seen?.address, addressOn(wifi, family));
    const change = changeOf(socket, 'mptcp', family, lte);
    const move = () => terminal.within(() => handleChange(ground, change, noRecords));
    const nft = (...words: readonly string[]) =>
      terminal.within(() => execFileSync('nft', [...words], { env: systemTools }));
    nft('add table inet deaf; add chain inet deaf in { type filter hook input priority 0; }');
    nft('add rule inet deaf in iifname lte meta l4proto tcp drop');
    t.is(move().result, 'rolled-back');
    t.deepEqual(socket.ask(), seen, 'it speaks as it did');
    nft('delete table inet deaf');
    t.is(move().result, 'moved', 'control: the silence was all that was in the way');
    t.truthy(socket.ask());
  });
}

/** A package of npm has a command of the same name. */
const systemTools = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
