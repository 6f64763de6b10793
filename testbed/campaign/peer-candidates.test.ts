/** System 8: each kind of address that a peer is tried at, where no other kind would do. */
import test from 'ava';
import { nsPerMs } from '../../src/base/time.ts';
import { directAfterMs, type PeersDrawn, type PeersRun, runPeers, told } from './testing-peers.ts';

/** a = b = 25 ms, D = 40 ms: what has to be exchanged is there after R. */
const exchangedMs = 100 + 40 + 10;
/** How the address that was proved had come to be tried. */
const sourceOf = (run: PeersRun, program = 'alice') =>
  told(run, program, 'punch.established')[0]?.['source'];

/** No two of these boxes can be punched. */
const box = (more: string) => `{ preset: symmetric, ${more} }`;
const bothSymmetric: PeersDrawn = { left: box('hairpin: false'), right: box('hairpin: false') };

for (const protocol of ['pcp', 'nat-pmp']) {
  test(`a port that a box gives by ${protocol} is reached from behind any other box`, async (t) => {
    const leased = box(`port-mapping: ${protocol}`);
    for (const drawn of [
      { ...bothSymmetric, left: leased },
      { ...bothSymmetric, right: leased },
    ]) {
      const run = await runPeers({ ...drawn, peers: 'port-mapping: true' });
      t.true(directAfterMs(run)! <= exchangedMs, String(directAfterMs(run)));
      t.like(run.metrics['ask.answered'], { value: 8 });
    }
    const mapped = told(
      await runPeers({ ...bothSymmetric, left: leased, peers: 'port-mapping: true' }),
      'alice',
      'port.mapped',
    );
    t.like(mapped, [{ protocol }]);
  });
}

test('control: a box that gives ports to who asks does nothing for who does not', async (t) => {
  const run = await runPeers({ ...bothSymmetric, left: box('port-mapping: pcp') });
  t.is(directAfterMs(run), undefined);
});

test('a router without port mapping is asked, does not answer, and costs nothing', async (t) => {
  const without = await runPeers({});
  const asked = await runPeers({ peers: 'port-mapping: true' });
  t.is(directAfterMs(asked), directAfterMs(without));
  t.is(told(asked, 'alice', 'port.mapped').length, 0);
});

test('a port of the inner of two boxes is worth nothing, and does no harm', async (t) => {
  const run = await runPeers({
    peers: 'port-mapping: true',
    topology: `
nodes:
  alice: { kind: terminal }
  left: { kind: nat, inside: [lan-a], nat: { preset: home-router, port-mapping: pcp } }
  carrier: { kind: nat, inside: [access], nat: symmetric }
  internet: { kind: router }
  right: { kind: nat, inside: [lan-b], nat: full-cone }
  bob: { kind: terminal }
  relay: { kind: relay, addresses: 2 }
links:
  lan-a: { between: [alice, left], delay: 1 ms }
  access: { between: [left, carrier], delay: 4 ms }
  wan-a: { between: [carrier, internet], delay: 5 ms }
  lan-b: { between: [bob, right], delay: 1 ms }
  wan-b: { between: [right, internet], delay: 9 ms }
  core: { between: [internet, relay], delay: 15 ms }`,
  });
  t.true(directAfterMs(run)! <= exchangedMs);
});

test('where IPv4 cannot be punched, two firewalled homes meet over IPv6', async (t) => {
  const run = await runPeers({ ...bothSymmetric, peers: 'both-families: true' });
  t.true(directAfterMs(run)! <= exchangedMs, String(directAfterMs(run)));
  t.is(sourceOf(run), 'host');
  t.like(run.metrics['ask.answered'], { value: 8 });
  const alone = await runPeers(bothSymmetric);
  t.is(directAfterMs(alone), undefined);
});

test('where one side has no box, its interface address is tried, and the other is seen as it comes', async (t) => {
  const run = await runPeers({
    topology: `
nodes:
  alice: { kind: terminal }
  left: { kind: nat, inside: [lan-a], nat: symmetric }
  internet: { kind: router }
  bob: { kind: host }
  relay: { kind: relay, addresses: 2 }
links:
  lan-a: { between: [alice, left], delay: 1 ms }
  wan-a: { between: [left, internet], delay: 9 ms }
  wan-b: { between: [bob, internet], delay: 10 ms }
  core: { between: [internet, relay], delay: 15 ms }`,
  });
  t.true(directAfterMs(run)! <= exchangedMs);
  // Bob learns the port that alice's box drew for him from her probe alone.
  t.is(sourceOf(run, 'bob'), 'reflexive');
  t.is(told(run, 'alice', 'punch.established')[0]!['rttNs'], 40 * nsPerMs);
});

test('subscribers of a carrier with blocks of ports are reached like any others', async (t) => {
  const drawn = { left: '{ preset: cgnat, ports-block: 1024 }', right: 'home-router' };
  t.is(directAfterMs(await runPeers(drawn)), directAfterMs(await runPeers({})));
});
