import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { canonicalJson } from './canonical-json.ts';
import { loadText } from './loading.ts';
import { resolvedHash } from './scenario-hash.ts';

const text = `
scenario: small
topology:
  nodes: { phone: { kind: terminal }, server: { kind: host } }
  links:
    wire: { between: [phone, server], rate: 10 Mbit/s, delay: 5 ms }
    radio: { between: [phone, server], rate: 10 Mbit/s, delay: 5 ms, toward: { phone: { trace: { file: a.trace, format: mahimahi, loop: true, source: us, licence: CC0-1.0 } } } }
seed: 7
repeat: 3
limit: 10 s
traffic:
  feed: { run: stream, from: server, to: phone, opened-by: phone, via: wire, rate: 1 Mbit/s, bytes: 1 MiB }
events:
  slow: { after: feed.bytes >= 1 KiB, link: wire, set: { delay: 50 ms }, for: 1 s }
measure:
  gap: { what: delivery-gap, of: feed }
expect:
  short: { that: gap <= 1 s }
`;
const trace = '1\n2\n3\n';

function hashAfter(from: string, to: string, traceText = trace): string {
  if (!text.includes(from)) throw new Error(`the text lacks ${from}`);
  const loaded = loadText(text.replace(from, to), { 'a.trace': traceText });
  return resolvedHash(loaded.resolve('default', 'default'));
}

const plain = hashAfter('', '');

test('the hash is 64 hexadecimal digits', (t) => t.regex(plain, /^[0-9a-f]{64}$/));

const sameMeanings: readonly [string, string, string][] = [
  ['a comment', 'seed: 7', '# a note\nseed: 7'],
  ['another unit', 'rate: 10 Mbit/s, delay: 5 ms }', 'rate: 10000 kbit/s, delay: 5 ms }'],
  ['spaces in a condition', 'feed.bytes >= 1 KiB', 'feed.bytes   >=   1 KiB'],
  ['another order of keys', '{ what: delivery-gap, of: feed }', '{ of: feed, what: delivery-gap }'],
  ['a default that is written out', 'delay: 5 ms }', 'delay: 5 ms, jitter: 0 ms }'],
  ['the seed', 'seed: 7', 'seed: 8'],
  ['the number of samples', 'repeat: 3', 'repeat: 9'],
  ['what it is about', 'scenario: small', 'scenario: small\nabout: Words.'],
  ['a looser bound', 'gap <= 1 s', 'gap <= 2 s'],
];

for (const [what, from, to] of sameMeanings) {
  test(`${what} leaves the hash as it is`, (t) => t.is(hashAfter(from, to), plain));
}

const otherMeanings: readonly [string, string, string][] = [
  ['the name', 'scenario: small', 'scenario: other'],
  ['a delay', 'delay: 5 ms }', 'delay: 6 ms }'],
  ['an unlimited rate', 'rate: 10 Mbit/s, delay: 5 ms }', 'rate: unlimited, delay: 5 ms }'],
  ['the limit', 'limit: 10 s', 'limit: 11 s'],
  ['the amount of traffic', '1 MiB', '2 MiB'],
  ["an event's condition", 'feed.bytes >= 1 KiB', 'feed.bytes >= 2 KiB'],
  ["an event's change", 'delay: 50 ms', 'delay: 51 ms'],
  ['a measure', 'of: feed }\nexpect', 'of: feed, window: [1 s, 2 s] }\nexpect'],
];

for (const [what, from, to] of otherMeanings) {
  test(`${what} makes another hash`, (t) => t.not(hashAfter(from, to), plain));
}

test('what stands in a trace file counts, not only its name', (t) => {
  t.not(hashAfter('', '', '1\n2\n4\n'), plain);
});

test('canonical JSON does not depend on the order of keys and can be read back', (t) => {
  const value = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(value, (map) => {
      const turned = Object.fromEntries(Object.entries(map).toReversed());
      t.is(canonicalJson(turned), canonicalJson(map));
      t.deepEqual(JSON.parse(canonicalJson(map)), JSON.parse(JSON.stringify(map)));
    }),
    propertyRuns(200),
  );
});

test('an unlimited rate is not the same as none, and what is undefined is not there', (t) => {
  t.is(canonicalJson({ b: Number.POSITIVE_INFINITY, a: undefined }), '{"b":1e999}');
  t.is(canonicalJson({ b: null }), '{"b":null}');
  t.throws(() => canonicalJson(Number.NaN), { instanceOf: TypeError });
});
