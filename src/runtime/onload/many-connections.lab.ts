/** Many connections between an application on the library and a kernel, which opens or is asked. */
import process from 'node:process';
import { TestCable, serialLabTest as test } from '../../linux/testing-lab.ts';
import { Applications, echoPath, recordsOf } from './testing-applications.ts';

const left = '192.0.2.1';
/** In proofs as many as the issue asks for; more at once than a classic filter has ports in any case. */
const isProof = process.env['ROPEWALK_PROOF_ROUND'] !== undefined;
const atOnce = 1_000;
const count = isProof ? 10_000 : 1_500;

for (const provider of ['af-xdp', 'packet-ring'] as const) {
  const onload = { hierarchies: { tcp: [provider], udp: [] } } as const;
  for (const ours of ['asks', 'answers'] as const) {
    test(`${provider}: short connections come and go, a thousand at once, where ours ${ours}`, async (t) => {
      using cable = new TestCable();
      const bench = new Applications(cable);
      try {
        const on = (role: 'asks' | 'answers') => (role === ours ? { onload } : {});
        const server = bench.start('left', [echoPath, 'tcp-echo', '7000'], on('answers'));
        await server.line('listening');
        const words = [echoPath, 'tcp-many', left, '7000', String(count), String(atOnce)];
        const asking = bench.start('right', words, on('asks'));
        const said = JSON.parse(await asking.line('answered'));
        t.deepEqual(said, { answered: count, failed: 0, mostStanding: atOnce });
        const [selected] = recordsOf(ours === 'asks' ? asking : server, 'onload.selected');
        t.like(selected, { provider });
      } finally {
        await bench.end();
      }
    });
  }
}
