import test from 'ava';
import { type Ip, parseIp, writeIp } from '../../base/address.ts';
import { writeU16 } from '../../base/bytes.ts';
import { errorAbout } from '../../ip/error-packet.ts';
import { addressIn } from '../../ip/packet-address.ts';
import { parseIcmp } from '../../wire/icmp.ts';
import { parseIcmpv6, verifyIcmpv6Checksum } from '../../wire/icmpv6.ts';
import { whyNotIpv4 } from '../../wire/ipv4.ts';
import { ApplicationPeers } from './application-peers.ts';

const inner = { 4: parseIp('192.0.0.2')!, 6: parseIp('fd72:6f70:6577::2')! } as const;
const peer = { 4: parseIp('203.0.113.9')!, 6: parseIp('2001:db8::9')! } as const;

function sent(family: 4 | 6): Uint8Array {
  const packet = new Uint8Array(100);
  packet[0] = family === 4 ? 0x45 : 0x60;
  writeU16(packet, family === 4 ? 2 : 4, family === 4 ? 100 : 60);
  packet[family === 4 ? 9 : 6] = 17;
  writeIp(packet, family === 4 ? 12 : 8, inner[family]);
  writeIp(packet, family === 4 ? 16 : 24, peer[family]);
  return packet;
}

test('an application’s kernel is told what fits, about the packet as it sent it', (t) => {
  const v4 = errorAbout(sent(4), 'packet-too-big', 1_400);
  t.is(whyNotIpv4(v4, 0, v4.length), undefined);
  t.deepEqual([addressIn(v4, 'source'), addressIn(v4, 'destination')], [peer[4], inner[4]]);
  t.like(parseIcmp(v4, 20, v4.length), { code: 4, mtuBytes: 1_400, quoted: sent(4) });
  const v6 = errorAbout(sent(6), 'packet-too-big', 1_400);
  t.true(verifyIcmpv6Checksum(v6, 0, 40, v6.length));
  t.like(parseIcmpv6(v6, 40, v6.length), { kind: 'packet-too-big', mtuBytes: 1_400 });
});

test('a peer knows the node by the address that was used last', (t) => {
  const peers = new ApplicationPeers();
  peers.note(peer[4], inner[4]);
  peers.note(peer[4], peer[6]);
  t.is(peers.find(peer[4]), peer[6]);
  peers.forget(peer[4]);
  t.is(peers.find(peer[4]), undefined);
});

test('of very many peers those heard of last are known', (t) => {
  const peers = new ApplicationPeers();
  const first = 1 as Ip;
  for (let n = 1; n <= 4_096; n++) peers.note(n as Ip, inner[4]);
  peers.note(first, inner[4]);
  peers.note(5_000 as Ip, inner[4]);
  t.is(peers.find(first), inner[4]);
  t.is(peers.find(2 as Ip), undefined);
});
