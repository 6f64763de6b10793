import test from 'ava';
import { formatIp, parseIpv6 } from '../base/address.ts';
import { bytesOf } from '../base/bytes.ts';
import { formatMac, parseMac } from '../base/mac.ts';
import { nsPerSecond } from '../base/time.ts';
import { parseEthernet } from '../wire/ethernet.ts';
import { verifyIcmpv6Checksum } from '../wire/icmpv6.ts';
import { parseIgmp } from '../wire/igmp.ts';
import { parseIpv4 } from '../wire/ipv4.ts';
import { parseIpv6 as parseIpv6Header } from '../wire/ipv6.ts';
import { isMalformed } from '../wire/malformed.ts';
import { parseMld } from '../wire/mld.ts';
import { linkLocalOf } from './link-local.ts';
import { buildIgmpQuery, buildMldQuery } from './query-frame.ts';
import { readReport } from './report-frame.ts';

/** What a Linux 6.18 host sent. */
const frames = {
  v3: '01005e000016f647b1752cb7080046c00028000040000102f9ab0a4d0001e0000016940400002200e9f90000000104000000ef010103',
  v2: '01005e010102f647b1752cb7080046c00020000040000102e9c60a4d0001ef010102940400001600f9fbef010102',
  leave:
    '01005e000002f647b1752cb7080046c00020000040000102f9c70a4d0001e0000002940400001700f8fbef010102',
  v1: '01005e010101f647b1752cb7080046c00020000040000102e9c70a4d0001ef010101940400001200fdfcef010101',
  mldV2:
    '333300000016f647b1752cb786dd6000000000240001fe80000000000000f447b1fffe752cb7ff0200000000000000000000000000163a000502000001008f009e110000000104000000ff150000000000000000000000000072',
  mldV1:
    '333300000071f647b1752cb786dd6000000000200001fe80000000000000f447b1fffe752cb7ff1500000000000000000000000000713a000502000001008300ada900000000ff150000000000000000000000000071',
  done: '333300000002f647b1752cb786dd6000000000200001fe80000000000000f447b1fffe752cb7ff0200000000000000000000000000023a000502000001008400ad2b00000000ff150000000000000000000000000071',
} as const;

const meanings: Readonly<Record<keyof typeof frames, string>> = {
  v3: 'report-v3: to-exclude 239.1.1.3',
  v2: 'report-v2: is-exclude 239.1.1.2',
  leave: 'leave: to-include 239.1.1.2',
  v1: 'report-v1: is-exclude 239.1.1.1',
  mldV2: 'report-v2: to-exclude ff15::72',
  mldV1: 'report: is-exclude ff15::71',
  done: 'done: to-include ff15::71',
};

for (const [name, hex] of Object.entries(frames)) {
  test(`a frame of a Linux host is read: ${name}`, (t) => {
    const report = readReport(bytesOf(hex));
    if (isMalformed(report)) return t.fail(report.malformed);
    t.is(formatMac(report.mac), 'f6:47:b1:75:2c:b7');
    const said = report.records.map(({ change, group }) => `${change} ${formatIp(group)}`);
    t.is(`${report.message}: ${said.join()}`, meanings[name as keyof typeof frames]);
  });

  test(`a frame that is cut or damaged is no report: ${name}`, (t) => {
    const whole = bytesOf(hex);
    for (let length = 0; length < whole.length; length++) {
      t.true(isMalformed(readReport(whole.subarray(0, length))), `${length} bytes`);
    }
    const damaged = whole.slice();
    damaged[whole.length - 1]! ^= 1;
    t.true(isMalformed(readReport(damaged)));
  });
}

const ours = parseMac('4e:3f:7b:81:be:41')!;
const times = { responseNs: 10 * nsPerSecond, queryIntervalNs: 125 * nsPerSecond, robustness: 2 };

test('a query of ours is that of a Linux bridge, but for the source', (t) => {
  const igmp = buildIgmpQuery(ours, times);
  t.is(formatMac(parseEthernetOf(igmp).destination), '01:00:5e:00:00:01');
  t.false(isMalformed(parseIpv4(igmp, 14, igmp.length)));
  t.deepEqual(igmp.subarray(38), bytesOf('1164ec1e00000000027d0000'));
  const mld = buildMldQuery(ours, times);
  const header = parseIpv6Header(mld, 14, mld.length);
  if (isMalformed(header)) return t.fail(header.malformed);
  t.is(formatIp(header.source), 'fe80::4c3f:7bff:fe81:be41');
  t.true(verifyIcmpv6Checksum(mld, 14, 62, mld.length));
  t.deepEqual(
    mld.subarray(62),
    bytesOf('8200d1942710000000000000000000000000000000000000027d0000'),
  );
});

test('a query that comes from a subscriber is no report', (t) => {
  for (const frame of [buildIgmpQuery(ours, times), buildMldQuery(ours, times)]) {
    const report = readReport(frame);
    t.true(isMalformed(report) && report.malformed.includes('query'));
  }
});

test('a short time to answer is told in tenths and in milliseconds', (t) => {
  const soon = { ...times, responseNs: nsPerSecond / 10 };
  const igmp = buildIgmpQuery(ours, soon);
  t.like(parseIgmp(igmp, 38, igmp.length), { maxResponseCode: 1, queryIntervalCode: 125 });
  const mld = buildMldQuery(ours, soon);
  t.like(parseMld(mld, 62, mld.length), { maxResponseCode: 100 });
});

test('a MAC makes the link-local address that Linux gives it', (t) => {
  t.is(linkLocalOf(parseMac('f6:47:b1:75:2c:b7')!), parseIpv6('fe80::f447:b1ff:fe75:2cb7')!);
});

function parseEthernetOf(frame: Uint8Array) {
  const header = parseEthernet(frame, 0, frame.length);
  if (isMalformed(header)) throw new Error(header.malformed);
  return header;
}
