import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { rightAddress } from '../interface-daemon/testing-own-cable.ts';
import { OwnBench } from './testing-own-bench.ts';

for (const family of [4, 6] as const) {
  test(`what ICMP says of a segment reaches the process that sent it, over IPv${family}`, async (t) => {
    await using bench = new OwnBench();
    await bench.startDaemonProcess();
    const refusal = family === 4 ? 'icmp port-unreachable' : 'icmpv6 port-unreachable';
    const rules = [
      'add table inet refuse',
      'add chain inet refuse in { type filter hook input priority 0; }',
      `add rule inet refuse in meta nfproto ipv${family} tcp dport 7009 reject with ${refusal}`,
    ];
    t.is(await bench.exec('right', '/usr/sbin/nft', rules.join('; ')), '');
    const host = bench.ownHost();
    const ends: string[] = [];
    const to = { address: rightAddress[family], port: 7_009 };
    host.openStream({ to }, { received() {}, closed: (reason) => void ends.push(reason) });
    await bench.eventually(() => ends.length > 0);
    t.deepEqual(ends, ['unreachable']);
  });
}
