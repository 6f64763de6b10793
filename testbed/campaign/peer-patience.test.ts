/** System 8.4 in every pair of presets that theory gives no direct path. */
import test from 'ava';
import { nsPerSecond } from '../../src/base/time.ts';
import { cellsOf, nameOfCell, presetKinds } from './punch-cells.ts';
import { counted, directAfterMs, runPeers } from './testing-peers.ts';

const onceASecond =
  'ask: { run: request-response, from: alice, to: bob, address: 10.77.0.2, count: 60, payload: 100 B, interval: 1 s, timeout: 3 s }';

const hopeless = cellsOf(presetKinds).filter(
  ({ reach }) => reach === 'relay' || reach === 'searched',
);

test('system 8.4: where nobody can be let in, a minute passes on the relay, nothing is lost, and less than a probe a second is sent', async (t) => {
  t.is(hopeless.length, 11);
  for (const cell of hopeless) {
    const { left, right } = cell;
    const run = await runPeers({ left: left.text, right: right.text, traffic: onceASecond });
    t.is(directAfterMs(run), undefined, nameOfCell(cell));
    t.like(run.metrics['ask.answered'], { value: 60 }, nameOfCell(cell));
    const seconds = run.records.at(-1)!.tNs / nsPerSecond;
    for (const program of ['alice', 'bob']) {
      const probes = counted(run, program, 'peer.counts', 'probes');
      t.true(probes < seconds, `${nameOfCell(cell)}, ${program}: ${probes} in ${seconds} s`);
    }
  }
});
