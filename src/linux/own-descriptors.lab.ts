import { readdirSync } from 'node:fs';
import { closeDescriptor, openDescriptor } from './descriptor.ts';
import { ownDescriptorOf, ownDescriptors } from './own-descriptors.ts';
import { getLongOption, openSocket, socketOption } from './socket.ts';
import { addressFamily } from './socket-address.ts';
import { serialLabTest as test } from './testing-lab.ts';

test('they are those that a listing shows, however many there are', (t) => {
  const many = Array.from({ length: 400 }, () => openDescriptor('/dev/null'));
  const own = [...ownDescriptors()].toSorted((a, b) => a - b);
  // The last of a listing is the one that it was read by.
  const listed = readdirSync('/proc/self/fd').map(Number);
  t.deepEqual(
    own,
    listed.filter((fd) => own.includes(fd)).toSorted((a, b) => a - b),
  );
  t.true(many.every((fd) => own.includes(fd)));
  t.true(listed.length - own.length <= 1);
  for (const fd of many) closeDescriptor(fd);
});

test('a socket is found by its cookie, and not when it is closed', (t) => {
  const [other, mine] = [0, 0].map(() => openSocket(addressFamily.ipv4, 'datagram'));
  const cookie = getLongOption(mine!, socketOption.cookie);
  t.is(ownDescriptorOf(cookie), mine);
  closeDescriptor(mine!);
  t.is(ownDescriptorOf(cookie), undefined);
  closeDescriptor(other!);
});

test('looking for one leaves no descriptor open', (t) => {
  const before = [...ownDescriptors()];
  t.is(ownDescriptorOf(1), undefined);
  const fd = openSocket(addressFamily.ipv4, 'datagram');
  ownDescriptorOf(getLongOption(fd, socketOption.cookie));
  closeDescriptor(fd);
  t.deepEqual([...ownDescriptors()], before);
});
