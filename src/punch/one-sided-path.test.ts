/** A path that only one side has proved: the other needs a probe to answer. */
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { reachPeers } from './device.ts';
import { isSameEndpoint } from './endpoints.ts';
import { createNet, runNet } from './testing-net.ts';

/** Sealed; an echo is longer. */
const probeBytes = 40;

test('who has proved a new path goes on probing, so that the other finds it too', (t) => {
  const net = createNet();
  runNet(net, 200 * nsPerMs);
  const [alice, bob] = [net.alice.device.peers[0]!, net.bob.device.peers[0]!];
  let echoesAreLost = true;
  net.carries = ({ from, to, bytes }) => {
    const isDirect =
      isSameEndpoint(from, net.bob.endpoint) && isSameEndpoint(to, net.alice.endpoint);
    return !(echoesAreLost && isDirect && bytes.length > probeBytes);
  };
  reachPeers(net.alice.device, net.nowNs, net.alice.sink);
  while (bob.path === undefined && net.nowNs < nsPerSecond) runNet(net, net.nowNs + nsPerMs);
  t.not(bob.path, undefined);
  t.is(alice.path, undefined);
  // What she had planned is over, and what was on its way is lost.
  alice.steps = [];
  net.waiting.splice(0);
  echoesAreLost = false;
  runNet(net, net.nowNs + 100 * nsPerMs);
  t.not(alice.path, undefined);
});
