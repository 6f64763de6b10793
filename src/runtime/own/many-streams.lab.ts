import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { rightAddress } from '../interface-daemon/testing-own-cable.ts';
import { OwnBench } from './testing-own-bench.ts';

/** More than a filter that is written anew for each port has room for. */
const atOnce = 800;
const question = new TextEncoder().encode('hello');

test('a process has hundreds of streams to a kernel at once, each with a port of its own', async (t) => {
  await using bench = new OwnBench();
  await bench.startDaemonProcess();
  const listener = bench.kernelHost().listenStream({ family: 4, port: 7_000 }, (stream) => ({
    received: (bytes) => void stream.write(bytes),
    ended: () => stream.end(),
  }));
  const host = bench.ownHost();
  const seen = { connected: 0, answered: 0, finished: 0 };
  const streams = Array.from({ length: atOnce }, () =>
    host.openStream(
      { to: { address: rightAddress[4], port: 7_000 } },
      {
        connected: () => void seen.connected++,
        received: () => void seen.answered++,
        closed: (reason) => void (reason === 'finished' && seen.finished++),
      },
    ),
  );
  t.is(new Set(streams.map(({ local }) => local.port)).size, atOnce);
  await bench.eventually(() => seen.connected === atOnce);
  for (const stream of streams) stream.write(question);
  await bench.eventually(() => seen.answered === atOnce);
  for (const stream of streams) stream.end();
  await bench.eventually(() => seen.finished === atOnce);
  t.deepEqual(seen, { connected: atOnce, answered: atOnce, finished: atOnce });
  listener.close();
});
