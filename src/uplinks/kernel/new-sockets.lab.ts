/** System 1.7, new sockets: they begin on the link of their application, whatever it is that opens them. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { formatIp, isUnspecified } from '../../base/address.ts';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { KernelGround } from './kernel-ground.ts';
import { markOf } from './link-routing.ts';
import { NewSockets } from './new-sockets.ts';
import { TestSocket, type TestSocketOptions } from './testing-socket.ts';
import { addressOn, lte, TestTerminal, wifi } from './testing-terminal.ts';

const kinds = [
  { protocol: 'udp' },
  { protocol: 'udp', unconnected: true },
  { protocol: 'tcp' },
] as const satisfies readonly Omit<TestSocketOptions, 'family'>[];

for (const kind of kinds) {
  const name = `${'unconnected' in kind ? 'unconnected ' : ''}${kind.protocol}`;
  test(`system 1.7: a new ${name} socket of an application with a rule begins on its link`, async (t) => {
    t.timeout(60_000);
    await using terminal = new TestTerminal();
    await terminal.startFar();
    using ground = terminal.within(() => new KernelGround());
    const made = terminal.within(() => NewSockets.tryOpen());
    if (typeof made === 'string') return void t.pass(made);
    using hooks = made;
    const link = terminal.within(() => ground.ensureLink(lte.ipv4)!);
    const rule = { ipv4: lte.ipv4, ipv6: lte.ipv6, mark: markOf(link.index) };
    for (const family of [4, 6] as const) {
      hooks.set({ process: process.pid, command: '', ...rule });
      using steered = new TestSocket(terminal, { ...kind, family });
      t.is(steered.ask()?.address, addressOn(lte, family));
      if (!isUnspecified(steered.local.address)) {
        t.is(steered.local.address, addressOn(lte, family));
      }
      hooks.forget({ process: process.pid, command: '' });
      using control = new TestSocket(terminal, { ...kind, family });
      t.is(control.ask()?.address, addressOn(wifi, family), 'control: without a rule');
    }
  });
}

test('an unmodified curl goes where the rule for its name says, and another name does not', async (t) => {
  t.timeout(60_000);
  await using terminal = new TestTerminal();
  await terminal.startFar();
  using ground = terminal.within(() => new KernelGround());
  const made = terminal.within(() => NewSockets.tryOpen());
  if (typeof made === 'string') return void t.pass(made);
  using hooks = made;
  const link = terminal.within(() => ground.ensureLink(lte.ipv4)!);
  const rule = { process: 0, ipv4: lte.ipv4, ipv6: lte.ipv6, mark: markOf(link.index) };
  const fetch = () =>
    terminal.within(() => {
      const words = ['-s', '--max-time', '5', '-w', '%{local_ip}', 'telnet://9.9.9.9:8'];
      // The far machine never hangs up: curl ends by its time.
      return spawnSync('curl', words, { input: 'x\n', encoding: 'utf8' }).stdout;
    });
  hooks.set({ ...rule, command: 'wget' });
  t.true(fetch().endsWith(formatIp(wifi.ipv4)));
  hooks.set({ ...rule, command: 'curl' });
  t.true(fetch().endsWith(formatIp(lte.ipv4)));
});
