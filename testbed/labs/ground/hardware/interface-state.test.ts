import test from 'ava';
import { addressWords, routeWords } from './interface-state.ts';

test('an address comes back with its label and broadcast', (t) => {
  const words = addressWords({
    ...{ family: 'inet', local: '192.0.2.7', prefixlen: 24, scope: 'global' },
    ...{ broadcast: '192.0.2.255', label: 'eth1:1' },
  });
  t.is(words.join(' '), '192.0.2.7/24 broadcast 192.0.2.255 scope global label eth1:1');
});

test('routes that somebody gave come back; those that come with an address are left to it', (t) => {
  const given = { dst: '198.51.100.0/24', gateway: '192.0.2.1', metric: 50, protocol: 'static' };
  t.is(
    routeWords(given).join(' '),
    'route add 198.51.100.0/24 via 192.0.2.1 metric 50 proto static',
  );
  t.deepEqual(routeWords({ dst: '192.0.2.0/24', protocol: 'kernel' }), []);
  t.deepEqual(routeWords({ dst: '192.0.2.7', type: 'local', table: 'local' }), []);
});
