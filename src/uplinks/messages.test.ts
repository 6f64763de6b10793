import test from 'ava';
import fc from 'fast-check';
import { type Ipv4, type Ipv6, parseIp } from '../base/address.ts';
import { bytesOf, hexOf } from '../base/bytes.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { isMalformed } from '../wire/malformed.ts';
import { type Change, emitChange, nobody, parseChange } from './change-message.ts';
import { emitOutcome, type Outcome, parseOutcome } from './outcome-message.ts';
import {
  emitLinkGone,
  emitSteer,
  type LinkGone,
  parseLinkGone,
  parseSteer,
  type Steer,
} from './steer-message.ts';

const lte = parseIp('10.2.0.1')! as Ipv4;
const lte6 = parseIp('2001:db8:2::1')! as Ipv6;

const changes: readonly (readonly [Change, string])[] = [
  [
    {
      ...{
        kind: 'change',
        order: 7,
        action: 'move',
        holder: { process: 4_711, descriptor: 21 },
        address: lte,
      },
      socket: { family: 4, protocol: 'udp', inode: 68_123, cookie: 513 },
    },
    `4c010101 00000007 0404 0011 00001267
     0000000000010a1b 0000000000000201
     0a020001 000000000000000000000000
     00000015`,
  ],
  [
    {
      ...{ kind: 'change', order: 8, action: 'reset', holder: nobody, address: lte6 },
      socket: { family: 6, protocol: 'mptcp', inode: 1, cookie: 4_294_967_296 },
    },
    `4c010102 00000008 0606 0106 00000000
     0000000000000001 0000000100000000
     20010db8000200000000000000000001
     00000000`,
  ],
];

for (const [change, hex] of changes) {
  test(`a change of a ${change.socket.protocol} socket is these bytes, and they are it`, (t) => {
    t.is(hexOf(emitChange(change)), hexOf(bytesOf(hex)));
    t.deepEqual(parseChange(bytesOf(hex)), change);
  });
}

const outcome: Outcome = {
  ...{ kind: 'outcome', order: 7, result: 'moved', mechanism: 'udp-connected-free-port' },
  ...{ place: 'traversed', visited: 3 },
  before: { address: parseIp('10.1.0.1')!, port: 36_769 },
  after: { address: lte, port: 36_769 },
};
const outcomeHex = `4c010201 00000007 01 02 04 04 00000003
  0a010001 000000000000000000000000
  0a020001 000000000000000000000000 8fa1 8fa1`;

test('an outcome is these bytes, and they are it', (t) => {
  t.is(hexOf(emitOutcome(outcome)), hexOf(bytesOf(outcomeHex)));
  t.deepEqual(parseOutcome(bytesOf(outcomeHex)), outcome);
});

const steer: Steer = {
  ...{ kind: 'steer', process: 0, command: 'curl', isForgotten: false },
  ...{ ipv4: lte, ipv6: lte6 },
};
const steerHex = `4c010303 00000000
  6375726c 000000000000000000000000
  0a020001 000000000000000000000000
  20010db8000200000000000000000001`;

test('where new sockets begin is these bytes, and they are it', (t) => {
  t.is(hexOf(emitSteer(steer)), hexOf(bytesOf(steerHex)));
  t.deepEqual(parseSteer(bytesOf(steerHex)), steer);
  const none = { ...steer, ipv4: undefined, ipv6: undefined, isForgotten: true };
  t.deepEqual(parseSteer(emitSteer(none)), none);
});

test('that a link is gone is these bytes, and they are it', (t) => {
  const gone: LinkGone = { kind: 'link-gone', address: lte };
  const hex = `4c010404 00000000 ${'00'.repeat(16)} 0a020001 000000000000000000000000`;
  t.is(hexOf(emitLinkGone(gone)), hexOf(bytesOf(hex)));
  t.deepEqual(parseLinkGone(bytesOf(hex)), gone);
});

test('hostile bytes are a reason, never an exception', (t) => {
  const parsers = [parseChange, parseOutcome, parseSteer, parseLinkGone];
  const samples = [changes[0]![1], outcomeHex, steerHex].map(bytesOf);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc
      .tuple(fc.constantFrom(...samples), fc.nat(63), fc.nat(255))
      .map(([sample, at, value]) => sample.with(at % sample.length, value)),
  );
  fc.assert(
    fc.property(bytes, (some) => {
      for (const parse of parsers) parse(some);
    }),
    propertyRuns(500),
  );
  for (const [at, value] of [
    [0, 0],
    [1, 2],
    [2, 9],
    [3, 9],
    [8, 5],
    [11, 99],
  ] as const) {
    t.true(isMalformed(parseChange(bytesOf(changes[0]![1]).with(at, value))), `byte ${at}`);
  }
});
