import test from 'ava';
import { describeProtocol } from './ip-protocol.ts';

test('protocols have names, unknown ones their number', (t) => {
  t.is(describeProtocol(17), 'udp');
  t.is(describeProtocol(58), 'icmpv6');
  t.is(describeProtocol(132), 'protocol 132');
});
