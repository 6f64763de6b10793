import process from 'node:process';
import test from 'ava';
import { fillRandom, seedRandom } from '../base/random.ts';
import { nodeAead } from '../crypto/aead.ts';
import { openOpenSslAead } from '../linux/openssl-aead.ts';

const openSsl = openOpenSslAead();
const isRequired = (process.env['ROPEWALK_REQUIRE_LABS'] ?? '').split(',').includes('kernel');
const openSslTest = openSsl === undefined && !isRequired ? test.skip : test;
const sizes = [0, 1, 15, 16, 17, 1_401, 65_000];
const counters = [0, 1, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER];
const random = seedRandom(1, 'openssl');

function draw(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  fillRandom(random, bytes);
  return bytes;
}

openSslTest('OpenSSL called directly seals to the bytes of node:crypto, also in place', (t) => {
  for (const size of sizes) {
    for (const counter of counters) {
      const [key, additional, plain] = [draw(32), draw(counter === 1 ? 0 : 16), draw(size)];
      const [theirs, ours] = [new Uint8Array(size + 20), new Uint8Array(size + 20)];
      ours.set(plain, 4);
      const end = nodeAead.sealInto(theirs, 4, key, counter, additional, plain);
      const inPlace = ours.subarray(4, 4 + size);
      t.is(openSsl!.sealInto(ours, 4, key, counter, additional, inPlace), end);
      t.deepEqual(ours, theirs, `${size} bytes, counter ${counter}`);
    }
  }
});

openSslTest('it opens what node:crypto sealed, and nothing that was touched', (t) => {
  for (const size of sizes) {
    const [key, additional, plain] = [draw(32), draw(16), draw(size)];
    const sealed = new Uint8Array(size + 16);
    nodeAead.sealInto(sealed, 0, key, 7, additional, plain);
    t.deepEqual(openSsl!.open(key, 7, additional, sealed), plain);
    t.is(openSsl!.open(key, 8, additional, sealed), undefined);
    t.is(openSsl!.open(draw(32), 7, additional, sealed), undefined);
    t.is(openSsl!.open(key, 7, draw(16), sealed), undefined);
    for (const at of [0, size >>> 1, size + 15]) {
      const forged = sealed.slice();
      forged[at] = forged[at]! ^ 1;
      t.is(openSsl!.open(key, 7, additional, forged), undefined, `byte ${at} of ${size}`);
    }
    t.is(openSsl!.open(key, 7, additional, sealed.subarray(0, 15)), undefined);
  }
});

openSslTest('what was opened before stays as it is when more is opened', (t) => {
  const [key, additional] = [draw(32), draw(16)];
  const plains = Array.from({ length: 200 }, () => draw(1_400));
  const opened = plains.map((plain, counter) => {
    const sealed = new Uint8Array(1_416);
    nodeAead.sealInto(sealed, 0, key, counter, additional, plain);
    return openSsl!.open(key, counter, additional, sealed);
  });
  t.deepEqual(opened, plains);
});
