/** What a server asks of a switch of its own accord (RFC 5176), by FreeRADIUS's own client. */
import { serialLabTestUnless } from '../linux/testing-lab.ts';
import { Street, streetLack } from './testing-street.ts';
import { accounts, aliceGets, some, streamPasses, two } from './testing-two-accounts.ts';

const test = serialLabTestUnless(streetLack());

test('a Disconnect-Request that names a group ends that one, and one that names none the session', async (t) => {
  await using street = await Street.open(two);
  await aliceGets(street);
  const alice = street.of('alice');
  const ofGroup = 'User-Name = "alice", Ropewalk-Multicast-Group = "ff15::1"';
  // A host says more than once that it joined (RFC 3810, section 6.1), and would be let in again.
  await street.stopServer();
  await street.startServer(1, [{ ...accounts[0]!, groups: ['239.1.1.1'] }]);
  t.regex(street.askSwitch('disconnect', ofGroup), /Disconnect-ACK/);
  await street.untilRecord('multicast.removed', { group: 'ff15::1', cause: 'disconnected' });
  alice.forget();
  await street.until(() => alice.got('239.1.1.1') > some, 'the group that was not named');
  t.is(alice.got('ff15::1'), 0);
  t.regex(street.askSwitch('disconnect', 'User-Name = "alice"'), /Disconnect-ACK/);
  await street.untilRecord('multicast.logged-off', { mac: alice.mac, cause: 'disconnected' });
  alice.forget();
  await streamPasses(street);
  t.is(alice.got('239.1.1.1'), 0);
});

test('after a CoA-Request an account has what the server grants it by then', async (t) => {
  await using street = await Street.open(two);
  await aliceGets(street);
  const alice = street.of('alice');
  await street.stopServer();
  await street.startServer(1, [{ ...accounts[0]!, groups: ['239.1.1.1'] }]);
  t.regex(street.askSwitch('coa', 'User-Name = "alice"'), /CoA-ACK/);
  await street.untilRecord('multicast.removed', { group: 'ff15::1', cause: 'revoked' });
  await street.untilRecord('multicast.refused', { group: 'ff15::1', reason: 'rejected' });
  alice.forget();
  await street.until(() => alice.got('239.1.1.1') > some, 'the group that it still has');
  t.is(alice.got('ff15::1'), 0);
});

test('control: a request signed with another secret, or for somebody who is not there, changes nothing', async (t) => {
  await using street = await Street.open(two);
  await aliceGets(street);
  const alice = street.of('alice');
  t.throws(() => street.askSwitch('disconnect', 'User-Name = "alice"', 'not-theirs'));
  t.throws(() => street.askSwitch('disconnect', 'User-Name = "carol"'));
  alice.forget();
  await street.until(() => alice.got('239.1.1.1') > some, 'what she had');
  t.is(street.records.filter(({ kind }) => kind === 'multicast.removed').length, 0);
});
