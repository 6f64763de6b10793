/** Applications that spin: they have a folder of places of their own, as a machine has that nobody else uses. */
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { takeSpinnerPlace } from './spinner-place.ts';
import {
  type Application,
  type Applications,
  echoPath,
  recordsOf,
} from './testing-applications.ts';
import { left, only, providers, withBench } from './testing-bench.ts';

const pollNs = 200_000;
const answers = 200;

/** A mount of its own, in which the places are those of the test's folder. */
function withPlacesIn(folder: string): string[] {
  const script = `mkdir -p /run/ropewalk && mount --bind ${folder} /run/ropewalk && exec "$@"`;
  return ['unshare', '--mount', 'sh', '-c', script, 'sh'];
}

/** A kernel's program asks, and the application that has the library answers. */
async function answer(
  t: ExecutionContext,
  bench: Applications,
  folder: string,
  provider: (typeof providers)[number],
): Promise<Application> {
  const onload = { ...only(provider), pollNs, explains: true };
  const before = withPlacesIn(folder);
  const echo = bench.start('left', [echoPath, 'tcp-echo', '7000'], {
    onload,
    before,
    hearsErrors: true,
  });
  await echo.line('listening');
  const asking = bench.start('right', [echoPath, 'tcp-ask', left, '7000', String(answers)]);
  t.like(JSON.parse(await asking.line('answers')), { answers });
  t.is(await asking.ended(), 0);
  return echo;
}

for (const provider of providers) {
  test(`${provider}: an application that spins answers`, (t) =>
    withBench(async (bench) => {
      const places = join(bench.folder, 'free');
      mkdirSync(places);
      const echo = await answer(t, bench, places, provider);
      const why = 'a processor is free for it';
      t.like(recordsOf(echo, 'onload.ready')[0], { pollNs, why });
      t.like(recordsOf(echo, 'onload.selected')[0], { provider });
      t.true(echo.lines.includes(`onload: spins for 200 us after a packet: ${why}`));
    }));

  test(`${provider}: with fewer processors than spinners one answers without spinning, and says so`, (t) =>
    withBench(async (bench) => {
      const places = join(bench.folder, 'taken');
      const processors = availableParallelism();
      for (let place = 0; place < processors; place++)
        t.true(takeSpinnerPlace(processors, join(places, 'spinners')));
      const echo = await answer(t, bench, places, provider);
      const why = 'as many processes spin as there are processors';
      t.like(recordsOf(echo, 'onload.ready')[0], { pollNs: 0, why });
      t.like(recordsOf(echo, 'onload.selected')[0], { provider });
      t.true(echo.lines.includes(`onload: does not spin: ${why}`));
    }));
}
