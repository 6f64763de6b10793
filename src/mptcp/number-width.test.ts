import test from 'ava';
import { nsPerSecond } from '../base/time.ts';
import type { MptcpConnection } from './connection.ts';
import { countGiven } from './number-width.ts';

function newConnection(): MptcpConnection {
  const send = { isWide: false, countedFromNs: 0, countedBytes: 0, countedBeforeBytes: 0 };
  return { send, subflows: [] } as unknown as MptcpConnection;
}

/** Gives out so much a second for so many seconds. */
function pour(owner: MptcpConnection, bytesASecond: number, seconds: number): void {
  for (let at = 1; at <= seconds; at++) countGiven(owner, bytesASecond, at * nsPerSecond);
}

test('numbers become whole before 2^32 bytes leave within a segment lifetime (RFC 8684 3.3.1)', (t) => {
  const fast = newConnection();
  let sent = 0;
  for (let at = 1; !fast.send.isWide; at++) {
    countGiven(fast, 125_000_000, at * nsPerSecond);
    sent += 125_000_000;
  }
  t.true(sent < 2 ** 32);
});

test('at 100 Mbit/s low halves never come round in time, however long it lasts', (t) => {
  const slow = newConnection();
  pour(slow, 12_500_000, 3_600);
  t.false(slow.send.isWide);
});
