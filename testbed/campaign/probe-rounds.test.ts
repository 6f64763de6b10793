/** Rounds of `punch-probe` that begin at times of the run. */
import test from 'ava';
import { nsPerMs } from '../../src/base/time.ts';
import { runPeers, told } from './testing-peers.ts';

/** A round waits 600 ms, asks after a third of that, and is followed by 20 ms. */
async function resultsMs(events?: string): Promise<number[]> {
  const own =
    'name: alice, relay: { node: relay }, port: 3478, token: lab, address: 10.77.0.1, peers: { bob: 10.77.0.2 }';
  const rounds = 'wait: 600 ms, rounds: 3, from: 2 s';
  const run = await runPeers({
    ...{ withoutAlice: true, traffic: '{}' },
    moreRelays: `probe: { on: alice, run: punch-probe, with: { ${own}, ${rounds} } }`,
    ...(events !== undefined && { events }),
  });
  return told(run, 'probe', 'punch.result').map(({ tNs }) => Math.round(tNs / nsPerMs));
}

const [askMs, directMs] = [200, 90];
const wholeMs = [2_000, 2_620, 3_240].map((beginMs) => beginMs + askMs + directMs);

test('rounds with a time begin then, each a round and a pause after the one before', async (t) => {
  t.deepEqual(await resultsMs(), wholeMs);
});

test('who starts when rounds have begun leaves those out', async (t) => {
  t.deepEqual(await resultsMs('again: { at: 3 s, node: alice, do: restart }'), wholeMs);
});
