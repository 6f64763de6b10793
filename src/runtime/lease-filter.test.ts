import test from 'ava';
import { type Ip, parseIp, writeIp } from '../base/address.ts';
import { readU16, readU32, writeU16 } from '../base/bytes.ts';
import type { FilterInstruction } from '../linux/socket.ts';
import { claimFilter, mostLeases, type PortClaim } from './lease-filter.ts';

/** What the kernel does with a program (Documentation/networking/filter.rst), for what is used here. */
function runFilter(program: readonly FilterInstruction[], frame: Uint8Array): boolean {
  let [a, x] = [0, 0];
  for (let at = 0; ; at++) {
    const { code, operand, whenTrue = 0, whenFalse = 0 } = program[at]!;
    const jump = (isTrue: boolean) => {
      at += isTrue ? whenTrue : whenFalse;
    };
    if (code === 0x30) a = frame[operand]!;
    else if (code === 0x28) a = readU16(frame, operand);
    else if (code === 0x48) a = readU16(frame, operand + x);
    else if (code === 0x20) a = readU32(frame, operand);
    else if (code === 0xb1) x = (frame[operand]! & 15) * 4;
    else if (code === 0x05) at += operand;
    else if (code === 0x15) jump(a === operand);
    else if (code === 0x35) jump(a >= operand);
    else if (code === 0x45) jump((a & operand) !== 0);
    else if (code === 0x06) return operand !== 0;
    else throw new Error(`no instruction ${code}`);
  }
}

interface Shape {
  readonly to: string;
  readonly port: number;
  readonly protocol?: number;
  readonly optionBytes?: number;
  readonly fragment?: number;
  readonly type?: number;
}

function frameOf({ to, port, protocol = 17, optionBytes = 0, fragment = 0, type }: Shape) {
  const address = ipOf(to);
  const isV4 = typeof address === 'number';
  const frame = new Uint8Array(100);
  writeU16(frame, 12, type ?? (isV4 ? 0x0800 : 0x86dd));
  if (isV4) frame[14] = 0x45 + optionBytes / 4;
  writeU16(frame, 20, isV4 ? fragment : 0);
  frame[isV4 ? 23 : 20] = protocol;
  writeIp(frame, isV4 ? 30 : 38, address);
  writeU16(frame, 14 + (isV4 ? 20 + optionBytes : 40) + 2, port);
  return frame;
}

function ipOf(text: string): Ip {
  return parseIp(text)!;
}

const claims: readonly PortClaim[] = [
  { protocol: 'udp', port: 7_000 },
  { protocol: 'udp', port: 7_001, address: ipOf('10.0.0.1') },
  { protocol: 'udp', port: 7_001, address: ipOf('fd00::1') },
  { protocol: 'udp', port: 7_002, family: 6 },
  { protocol: 'tcp', port: 7_003 },
];
const own = ['10.0.0.1', '10.0.0.255', '10.1.0.1', 'fd00::1', 'fd00::2'].map(ipOf);

const cases: readonly (readonly [title: string, shape: Shape, isClaimed: boolean])[] = [
  ['a claimed port', { to: '10.0.0.1', port: 7_000 }, true],
  ['a claimed port over IPv6', { to: 'fd00::2', port: 7_000 }, true],
  ['a claimed port behind IP options', { to: '10.0.0.1', port: 7_000, optionBytes: 12 }, true],
  ['another port', { to: '10.0.0.1', port: 7_004 }, false],
  ['another protocol', { to: '10.0.0.1', port: 7_000, protocol: 6 }, false],
  ['a protocol without ports', { to: '10.0.0.1', port: 7_000, protocol: 1 }, false],
  ['a claimed TCP port', { to: '10.1.0.1', port: 7_003, protocol: 6 }, true],
  ['the address of the claim', { to: '10.0.0.1', port: 7_001 }, true],
  ['another address than that of the claim', { to: '10.1.0.1', port: 7_001 }, false],
  ['the IPv6 address of the claim', { to: 'fd00::1', port: 7_001 }, true],
  ['another IPv6 address than that of the claim', { to: 'fd00::2', port: 7_001 }, false],
  ['the family of the claim', { to: 'fd00::2', port: 7_002 }, true],
  ['another family than that of the claim', { to: '10.0.0.1', port: 7_002 }, false],
  ['a packet for another node', { to: '10.0.0.9', port: 7_000 }, false],
  ['an IPv6 packet for another node', { to: 'fd00::9', port: 7_000 }, false],
  ['a broadcast', { to: '255.255.255.255', port: 7_000 }, true],
  ['the broadcast of a network', { to: '10.0.0.255', port: 7_000 }, true],
  ['a multicast', { to: '239.1.2.3', port: 7_000 }, true],
  ['an IPv6 multicast', { to: 'ff02::1', port: 7_000 }, true],
  ['a first fragment', { to: '10.0.0.1', port: 7_000, fragment: 0x2000 }, false],
  ['a later fragment', { to: '10.0.0.1', port: 7_000, fragment: 5 }, false],
  ['a packet that may not be cut', { to: '10.0.0.1', port: 7_000, fragment: 0x4000 }, true],
  ['an IPv6 fragment', { to: 'fd00::1', port: 7_000, protocol: 44 }, false],
  ['another EtherType', { to: '10.0.0.1', port: 7_000, type: 0x0806 }, false],
];

for (const [title, shape, isClaimed] of cases) {
  test(`${title} is ${isClaimed ? '' : 'not '}claimed, for its owner and for all others`, (t) => {
    const frame = frameOf(shape);
    t.is(runFilter(claimFilter({ claims, own, claimed: 'pass' }), frame), isClaimed);
    t.is(runFilter(claimFilter({ claims, own, claimed: 'stop' }), frame), !isClaimed);
  });
}

test('who does not know its addresses claims its ports of all of them', (t) => {
  const filter = claimFilter({ claims, claimed: 'pass' });
  t.true(runFilter(filter, frameOf({ to: '10.0.0.9', port: 7_000 })));
  t.false(runFilter(filter, frameOf({ to: '10.0.0.9', port: 7_004 })));
});

test('as many claims as there may be are told apart, in what the kernel takes', (t) => {
  const address = ipOf('fd00::1');
  const many = Array.from({ length: mostLeases }, (_, n) => ({
    protocol: 'udp',
    port: n,
    address,
  }));
  const filter = claimFilter({ claims: many as PortClaim[], own, claimed: 'pass' });
  t.true(filter.length <= 4_096);
  t.true(runFilter(filter, frameOf({ to: 'fd00::1', port: mostLeases - 1 })));
  t.false(runFilter(filter, frameOf({ to: 'fd00::1', port: mostLeases })));
  t.true(filter.every(({ whenTrue = 0, whenFalse = 0 }) => whenTrue < 256 && whenFalse < 256));
});
