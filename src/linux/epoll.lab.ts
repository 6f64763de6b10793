import process from 'node:process';
import {
  closeDescriptor,
  duplicateDescriptor,
  openEventDescriptor,
  openSocketPair,
  readDescriptor,
  writeDescriptor,
} from './descriptor.ts';
import { Epoll, epollEvent, openTimer, setTimer, waitForAny } from './epoll.ts';
import { SystemCallError } from './system-call.ts';
import { labTest as test } from './testing-lab.ts';

test('what is ready comes back with its token and what it is ready for', (t) => {
  using epoll = new Epoll();
  const [one, other] = openSocketPair('stream');
  epoll.add(one, 7);
  t.is(epoll.wait(0), 0);
  t.is(writeDescriptor(other, Uint8Array.of(1, 2, 3)), 3);
  t.is(epoll.wait(5_000), 1);
  t.is(epoll.tokenAt(0), 7);
  t.is(epoll.eventsAt(0), epollEvent.readable);
  t.true(waitForAny(epoll.fd, 0));
  epoll.modify(one, 8, epollEvent.readable | epollEvent.writable);
  t.is(epoll.wait(0), 1);
  t.is(epoll.eventsAt(0), epollEvent.readable | epollEvent.writable);
  const into = new Uint8Array(8);
  t.is(readDescriptor(one, into), 3);
  t.deepEqual([...into.subarray(0, 3)], [1, 2, 3]);
  t.is(readDescriptor(one, into), undefined);
  epoll.remove(one);
  t.is(epoll.wait(0), 0);
  for (const fd of [one, other]) closeDescriptor(fd);
});

test('what is told once is told to the owner, though another thread waited for it before', (t) => {
  using epoll = new Epoll();
  const [one, other] = openSocketPair('stream');
  epoll.add(one, 7, epollEvent.readable | epollEvent.once);
  t.false(waitForAny(epoll.fd, 0));
  writeDescriptor(other, Uint8Array.of(1));
  t.true(waitForAny(epoll.fd, 5_000));
  t.true(waitForAny(epoll.fd, 0));
  t.is(epoll.wait(0), 1);
  t.is(epoll.tokenAt(0), 7);
  t.is(epoll.wait(0), 0);
  t.false(waitForAny(epoll.fd, 0));
  for (const fd of [one, other]) closeDescriptor(fd);
});

test('a wait of less than a millisecond is no wait of none', (t) => {
  using epoll = new Epoll();
  const before = process.hrtime.bigint();
  t.is(epoll.waitNs(200_000), 0);
  t.true(process.hrtime.bigint() - before >= 200_000n);
  const [one, other] = openSocketPair('stream');
  epoll.add(one, 3);
  closeDescriptor(other);
  t.is(epoll.waitNs(Number.POSITIVE_INFINITY), 1);
  t.is(epoll.tokenAt(0), 3);
  closeDescriptor(one);
});

test('the far end that is gone is an end of file and a hang-up', (t) => {
  using epoll = new Epoll();
  const [one, other] = openSocketPair('stream');
  epoll.add(one, 1);
  closeDescriptor(other);
  t.is(epoll.wait(5_000), 1);
  t.true((epoll.eventsAt(0) & epollEvent.hungUp) !== 0);
  t.is(readDescriptor(one, new Uint8Array(1)), 0);
  closeDescriptor(one);
});

test('a timer is ready at its time and not before it', (t) => {
  using epoll = new Epoll();
  const timer = openTimer();
  epoll.add(timer, 1);
  const [seconds, nanoseconds] = process.hrtime();
  const dueNs = nanoseconds + 3_000_000;
  setTimer(timer, seconds + Math.floor(dueNs / 1e9), dueNs % 1e9);
  t.is(epoll.wait(5_000), 1);
  const [passed, rest] = process.hrtime([seconds, nanoseconds]);
  t.true(passed > 0 || rest >= 3_000_000);
  setTimer(timer, 0, 0);
  t.is(epoll.wait(0), 0);
  closeDescriptor(timer);
});

test('an event descriptor is readable until it is read', (t) => {
  using epoll = new Epoll();
  const event = openEventDescriptor();
  const same = duplicateDescriptor(event);
  epoll.add(event, 1);
  writeDescriptor(same, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
  t.is(epoll.wait(0), 1);
  t.is(readDescriptor(event, new Uint8Array(8)), 8);
  t.is(epoll.wait(0), 0);
  for (const fd of [event, same]) closeDescriptor(fd);
});

test('a descriptor that is not open is an error with the call and its errno', (t) => {
  using epoll = new Epoll();
  const error = t.throws(() => epoll.add(-1, 0), { instanceOf: SystemCallError })!;
  t.is(error.message, 'epoll_ctl(-1) failed: bad file descriptor (EBADF)');
});
