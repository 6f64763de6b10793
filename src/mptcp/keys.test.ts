import test from 'ava';
import { parseIp } from '../base/address.ts';
import { hexOf, writeU32 } from '../base/bytes.ts';
import { addressHmac, areEqual, factsOfKey, hmac, joinHmac } from './keys.ts';

const ascii = (text: string) => new TextEncoder().encode(text);

/** The vectors of Linux's net/mptcp/crypto_test.c: both keys and the message are text. */
const vectors = [
  {
    keys: ['0b0b0b0b', '0b0b0b0b'],
    message: '48692054',
    digest: '8385e24fb4235ac37556b6b886db106284a1da671699f46db1f235ec622dcafa',
  },
  {
    keys: ['aaaaaaaa', 'aaaaaaaa'],
    message: 'dddddddd',
    digest: '2c5e219164ff1dca1c4a92318d847bb6b9d44492984e1eb71aff9022f71046e9',
  },
  {
    keys: ['01020304', '05060708'],
    message: 'cdcdcdcd',
    digest: 'e73b9ba9969969cefb04aa0d6df18ec2fcc075b6f23b4d8c4da736a5dbbc6e7d',
  },
] as const;

for (const { keys, message, digest } of vectors) {
  test(`the HMAC of '${message}' is the one that Linux checks`, (t) => {
    t.is(hexOf(hmac([ascii(keys[0]), ascii(keys[1])], ascii(message))), digest);
  });
}

test('a join signs both nonces, its own first', (t) => {
  const keys = [ascii('aaaaaaaa'), ascii('bbbbbbbb')] as const;
  const message = new Uint8Array(8);
  writeU32(message, 0, 7);
  writeU32(message, 4, 9);
  t.deepEqual(joinHmac(keys, [7, 9]), hmac(keys, message));
  t.notDeepEqual(joinHmac(keys, [9, 7]), hmac(keys, message));
});

test('token and first data sequence number are the ends of the hash of the key', (t) => {
  // Key 2, computed with another implementation of SHA-256.
  const facts = factsOfKey(new Uint8Array([0, 0, 0, 0, 0, 0, 0, 2]));
  t.is(facts.token, 0xcd04a475);
  t.is(facts.idsnHigh, 0x886540e5);
  t.is(facts.idsnLow, 0xdce77f70);
});

test('an announced address is signed with its port, 0 where there is none', (t) => {
  const keys = [ascii('aaaaaaaa'), ascii('bbbbbbbb')] as const;
  const address = parseIp('192.0.2.7')!;
  const without = new Uint8Array([3, 192, 0, 2, 7, 0, 0]);
  t.deepEqual(addressHmac(keys, 3, address, undefined), hmac(keys, without).slice(-8));
  const withPort = new Uint8Array([3, 192, 0, 2, 7, 1, 187]);
  t.deepEqual(addressHmac(keys, 3, address, 443), hmac(keys, withPort).slice(-8));
  t.is(addressHmac(keys, 3, parseIp('2001:db8::7')!, undefined).length, 8);
});

test('what differs in one byte or in length is not equal', (t) => {
  t.true(areEqual(ascii('abc'), ascii('abc')));
  t.false(areEqual(ascii('abc'), ascii('abd')));
  t.false(areEqual(ascii('abc'), ascii('ab')));
});
