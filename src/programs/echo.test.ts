import test from 'ava';
import { parseIp } from '../base/address.ts';
import { FaultError } from '../base/errors.ts';
import { createFakeNetwork } from '../host/fake-network.ts';
import { driveUntil } from '../host/fake-time.ts';
import type { DatagramArrived } from '../host/host.ts';
import { startEcho } from './echo.ts';

for (const [family, address] of [
  [4, '198.51.100.2'],
  [6, '2001:db8:1::2'],
] as const) {
  test(`an echo comes from the address that was asked, over IPv${family}`, (t) => {
    const network = createFakeNetwork();
    startEcho(network.right.host, { port: 7 });
    t.like(network.records[0], { kind: 'program.ready', node: 'right' });
    const heard: DatagramArrived[] = [];
    const socket = network.left.host.openDatagramSocket(
      { family },
      { received: (arrived) => heard.push({ ...arrived, payload: arrived.payload.slice() }) },
    );
    const to = { address: parseIp(address)!, port: 7 };
    socket.send(Uint8Array.of(1, 2, 3), to);
    t.true(driveUntil(network.time, () => heard.length === 1, 1e9));
    t.deepEqual(heard[0]!.from, to);
    t.deepEqual(heard[0]!.payload, Uint8Array.of(1, 2, 3));
  });
}

test('a stopped echo is silent and gives its port back', (t) => {
  const network = createFakeNetwork();
  startEcho(network.right.host, { port: 7 }).stop();
  t.is(network.right.sockets.size, 0);
  t.notThrows(() => startEcho(network.right.host, { port: 7 }));
});

test('an echo without a port is a fault', (t) => {
  t.throws(() => startEcho(createFakeNetwork().left.host, {}), { instanceOf: FaultError });
});
