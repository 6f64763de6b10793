/** System 8.4 in figures: how soon a silent path is left, whatever its length, and how rarely a hopeless one is tried. */
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../../src/base/time.ts';
import { meetingHomes } from './meeting-homes.ts';
import { counted, directAfterMs, type PeersRun, runPeers, told } from './testing-peers.ts';

function faultsOf(run: PeersRun): number[] {
  return ['lost', 'doubled', 'reordered'].map((name) => {
    const metric = run.metrics[`load.${name}`];
    return metric?.kind === 'value' ? metric.value : Number.NaN;
  });
}

const load =
  'load: { run: stream, from: alice, to: bob, address: 10.77.0.2, rate: 16 Mbit/s, payload: 200 B, count: 20000 }';

for (const peeringMs of [1, 10, 40, 80]) {
  const directRttMs = 2 * (10 + peeringMs);
  const boundMs = Math.max(3 * directRttMs, 100);
  test(`system 8.4: packets go by the relay again ${boundMs} ms after a path of D = ${directRttMs} ms fell silent, and none is lost`, async (t) => {
    const run = await runPeers({
      ...{ topology: meetingHomes(), traffic: load },
      // The routes were made when it was 10 ms, and stay.
      events: `longer: { at: 0 s, link: peering, set: { delay: ${peeringMs} ms } }
  cut: { at: 1 s, link: peering, set: { loss: 100 % } }`,
    });
    const cutNs = run.records.find(
      ({ kind, event }) => kind === 'event.began' && event === 'cut',
    )!.tNs;
    const doubled = told(run, 'alice', 'path.suspected')[0]!;
    const afterMs = (doubled.tNs - cutNs) / nsPerMs;
    t.true(afterMs > 0 && afterMs <= boundMs, `${afterMs} of ${boundMs}`);
    t.deepEqual(faultsOf(run), [0, 0, 0]);
  });
}

/** What both sent in so many seconds of a question every ten. */
async function probesIn(seconds: number): Promise<number[]> {
  const run = await runPeers({
    ...{ left: 'symmetric', right: 'symmetric', limitSeconds: 2 * seconds },
    traffic: `ask: { run: request-response, from: alice, to: bob, address: 10.77.0.2, count: ${seconds / 10}, payload: 100 B, interval: 10 s, timeout: 3 s }`,
  });
  const answered = run.records.filter(({ kind }) => kind === 'response.received').length;
  if (answered !== seconds / 10 || directAfterMs(run) !== undefined) return [];
  if (run.records.at(-1)!.tNs < (seconds - 20) * nsPerSecond) return [];
  return ['alice', 'bob'].map((program) => counted(run, program, 'peer.counts', 'probes'));
}

test('system 8.4: for good means for an hour as well: every ten minutes a round, and no answer is missing', async (t) => {
  const [tenMinutes, anHour] = [await probesIn(600), await probesIn(3_600)];
  t.is(tenMinutes.length, 2);
  t.is(anHour.length, 2);
  // A later round tries each of 16 candidates and one observed place twice at most.
  const roundProbes = 2 * 17;
  const rounds = (3_600 - 600) / 600 + 1;
  for (const [at, most] of anHour.entries()) {
    const later = most - tenMinutes[at]!;
    t.true(later > 0 && later <= rounds * roundProbes, String(later));
  }
});
