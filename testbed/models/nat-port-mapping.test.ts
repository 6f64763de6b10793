/** A box that hosts ask for ports: RFC 6887 and RFC 6886, and the blocks of RFC 6888. */
import test from 'ava';
import fc from 'fast-check';
import { type Ipv4, parseIpv4 } from '../../src/base/address.ts';
import { bytesOf } from '../../src/base/bytes.ts';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { nsPerSecond } from '../../src/base/time.ts';
import { ipProtocol } from '../../src/wire/ip-protocol.ts';
import { isMalformed } from '../../src/wire/malformed.ts';
import {
  emitNatPmp,
  measureNatPmp,
  type NatPmpMessage,
  parseNatPmp,
} from '../../src/wire/nat-pmp.ts';
import { emitPcp, measurePcp, type PcpMessage, parsePcp } from '../../src/wire/pcp.ts';
import type { NatOverrides } from '../schema/nat-presets.ts';
import { reboot } from './nat.ts';
import { answerPortMapping } from './nat-port-mapping.ts';
import { type Box, createBox, udpIn, udpOut, wan } from './nat-test-box.ts';

const host = '192.168.0.7';
const stranger = '203.0.113.9:4444';
const symmetric: NatOverrides = {
  ...{ mapping: 'address-and-port-dependent', ports: 'random', portMapping: 'pcp' },
};
const nonce = bytesOf('00112233 44556677 8899aabb');

function pcpRequest(more: Partial<PcpMessage & { kind: 'map-request' }> = {}): PcpMessage {
  return {
    ...{ kind: 'map-request', lifetimeSeconds: 600, client: parseIpv4(host)!, nonce },
    ...{ protocol: ipProtocol.udp, internalPort: 5_000, externalPort: 0 },
    ...{ externalAddress: 0 as Ipv4, options: new Uint8Array(0), ...more },
  };
}

function send(box: Box, nowNs: number, bytes: Uint8Array, from = host): Uint8Array | undefined {
  return answerPortMapping(box.nat.state, nowNs, parseIpv4(from)!, bytes);
}

function askPcp(box: Box, nowNs: number, message = pcpRequest(), from = host) {
  const bytes = new Uint8Array(measurePcp(message));
  emitPcp(bytes, 0, message);
  const answer = send(box, nowNs, bytes, from)!;
  const parsed = parsePcp(answer, 0, answer.length);
  if (isMalformed(parsed) || parsed.kind !== 'map-response') throw new Error('no answer');
  return parsed;
}

function askNatPmp(box: Box, nowNs: number, message: NatPmpMessage) {
  const bytes = new Uint8Array(measureNatPmp(message));
  emitNatPmp(bytes, 0, message);
  const answer = send(box, nowNs, bytes)!;
  return parseNatPmp(answer, 0, answer.length);
}

test('a leased port lets strangers in, and is the one that packets leave by, whatever the box does', (t) => {
  const box = createBox(symmetric);
  const before = udpOut(box, 0, `${host}:5000`, '192.0.2.1:80');
  const { result, externalPort, externalAddress, lifetimeSeconds } = askPcp(box, 0);
  t.is(result, 'success');
  t.is(externalAddress, parseIpv4(wan)!);
  t.is(lifetimeSeconds, 600);
  const external = `${wan}:${externalPort}`;
  t.is(udpIn(box, 1, stranger, external), `${host}:5000`);
  t.is(udpOut(box, 2, `${host}:5000`, stranger), external);
  t.is(udpOut(box, 2, `${host}:5000`, '192.0.2.2:80'), external);
  // A session from before keeps what its peer knows.
  t.is(udpOut(box, 2, `${host}:5000`, '192.0.2.1:80'), before);
});

test('control: without the lease a stranger stays outside', (t) => {
  const box = createBox(symmetric);
  const external = udpOut(box, 0, `${host}:5000`, '192.0.2.1:80')!;
  t.is(udpIn(box, 1, stranger, external!), undefined);
});

test('a box that maps without regard to destinations leases the port that it gave already', (t) => {
  const box = createBox({ portMapping: 'pcp', ports: 'random' });
  const external = udpOut(box, 0, `${host}:5000`, '192.0.2.1:80');
  t.is(external, `${wan}:${askPcp(box, 1).externalPort}`);
});

test('a lease ends when it is over, and lasts when it is renewed in time', (t) => {
  const box = createBox({ ...symmetric, timers: { udpNs: 5 * nsPerSecond } });
  const port = askPcp(box, 0).externalPort;
  const external = `${wan}:${port}`;
  t.is(udpIn(box, 599 * nsPerSecond, stranger, external), `${host}:5000`);
  t.is(askPcp(box, 300 * nsPerSecond).externalPort, port);
  t.is(udpIn(box, 899 * nsPerSecond, '203.0.113.9:4445', external), `${host}:5000`);
  t.is(udpIn(box, 901 * nsPerSecond, '203.0.113.9:4446', external), undefined);
});

test('a lease is given back with a lifetime of 0, by who knows its nonce', (t) => {
  const box = createBox(symmetric);
  const external = `${wan}:${askPcp(box, 0).externalPort}`;
  const other = bytesOf('ff112233 44556677 8899aabb');
  t.is(askPcp(box, 1, pcpRequest({ lifetimeSeconds: 0, nonce: other })).result, 'not-authorized');
  t.is(askPcp(box, 1, pcpRequest({ nonce: other })).result, 'not-authorized');
  t.is(udpIn(box, 2, stranger, external), `${host}:5000`);
  t.is(askPcp(box, 3, pcpRequest({ lifetimeSeconds: 0 })).lifetimeSeconds, 0);
  t.is(udpIn(box, 4, '203.0.113.9:4445', external), undefined);
});

test('what is asked for somebody else, for no such protocol or with an unknown option is refused', (t) => {
  const box = createBox(symmetric);
  t.is(askPcp(box, 0, pcpRequest(), '192.168.0.8').result, 'address-mismatch');
  t.is(askPcp(box, 0, pcpRequest({ protocol: 0 })).result, 'unsupported-protocol');
  t.is(askPcp(box, 0, pcpRequest({ options: bytesOf('02000000') })).result, 'unsupported-option');
  t.is(askPcp(box, 0, pcpRequest({ options: bytesOf('82000000') })).result, 'success');
  const other = send(box, 0, bytesOf(`0202${'00'.repeat(58)}`))!;
  t.deepEqual([other[1], other[3]], [0x82, 4]);
});

test('two hosts get two ports, also where ports are shared; the one that is asked for if it is free', (t) => {
  const box = createBox({ portMapping: 'pcp', overload: true, ports: 'preserve' });
  t.is(askPcp(box, 0, pcpRequest({ externalPort: 40_000 })).externalPort, 40_000);
  const second = pcpRequest({ client: parseIpv4('192.168.0.8')!, externalPort: 40_000 });
  t.not(askPcp(box, 0, second, '192.168.0.8').externalPort, 40_000);
});

test('NAT-PMP: the address, a port, and the end of it', (t) => {
  const box = createBox({ ...symmetric, portMapping: 'nat-pmp' });
  const now = 7 * nsPerSecond;
  t.like(askNatPmp(box, now, { kind: 'address-request' }), {
    ...{ kind: 'address-response', result: 0, epochSeconds: 7, address: parseIpv4(wan) },
  });
  const ask = (lifetimeSeconds: number) =>
    askNatPmp(box, now, {
      ...{ kind: 'map-request', transport: 'udp', internalPort: 5_000, externalPort: 41_000 },
      lifetimeSeconds,
    });
  t.like(ask(3_600), {
    result: 0,
    internalPort: 5_000,
    externalPort: 41_000,
    lifetimeSeconds: 3_600,
  });
  t.is(udpIn(box, now, stranger, `${wan}:41000`), `${host}:5000`);
  t.like(ask(0), { result: 0, lifetimeSeconds: 0 });
  t.is(udpIn(box, now, '203.0.113.9:4445', `${wan}:41000`), undefined);
});

test('a box that speaks NAT-PMP only says so to PCP, in eight bytes of its own version', (t) => {
  const box = createBox({ ...symmetric, portMapping: 'nat-pmp' });
  const asked = new Uint8Array(60);
  asked.set([2, 1]);
  t.deepEqual([...send(box, 0, asked)!], [0, 129, 0, 1, 0, 0, 0, 0]);
});

test('after a reboot the epoch begins anew and the lease is gone', (t) => {
  const box = createBox(symmetric);
  const external = `${wan}:${askPcp(box, 90 * nsPerSecond).externalPort}`;
  reboot(box.nat, 100 * nsPerSecond);
  t.is(udpIn(box, 100 * nsPerSecond, stranger, external), undefined);
  t.is(askPcp(box, 103 * nsPerSecond).epochSeconds, 3);
});

test('without port mapping nothing is answered', (t) => {
  const box = createBox({ mapping: 'address-and-port-dependent' });
  t.is(send(box, 0, Uint8Array.of(0, 0)), undefined);
});

test('no bytes make a box throw, and an answer is never answered', (t) => {
  const box = createBox(symmetric);
  const survives = fc.property(
    fc.uint8Array({ maxLength: 80 }),
    fc.constantFrom(0, 2, 3),
    (rest, version) => {
      const answer = send(box, 0, Uint8Array.of(version, ...rest));
      if (answer !== undefined) t.is(send(box, 0, answer), undefined);
    },
  );
  fc.assert(survives, propertyRuns(300));
});

/** RFC 6888 REQ-4. */
test('each inner address has its block of ports, and no more of them', (t) => {
  const box = createBox({
    ...{ mapping: 'address-and-port-dependent', ports: 'random', portBlock: 8 },
    portRange: { first: 2_048, last: 2_063 },
  });
  const portsOf = (address: string) =>
    Array.from({ length: 9 }, (_, n) => udpOut(box, 0, `${address}:5000`, `192.0.2.1:${n + 1}`));
  const numbers = (ports: (string | undefined)[]) =>
    ports.filter((one) => one !== undefined).map((one) => Number(one.split(':')[1]));
  const [first, second] = [portsOf('192.168.0.7'), portsOf('192.168.0.8')];
  t.deepEqual(numbers(first).toSorted(), [2_048, 2_049, 2_050, 2_051, 2_052, 2_053, 2_054, 2_055]);
  t.deepEqual(numbers(second).toSorted(), [2_056, 2_057, 2_058, 2_059, 2_060, 2_061, 2_062, 2_063]);
  t.is(first.at(-1), undefined);
  // A third subscriber finds no block.
  t.deepEqual(numbers(portsOf('192.168.0.9')), []);
});

test('ports that are counted are counted in each block by itself', (t) => {
  const box = createBox({
    ...{ mapping: 'address-and-port-dependent', ports: 'sequential', portBlock: 100 },
  });
  const seen = ['192.168.0.7', '192.168.0.8', '192.168.0.7', '192.168.0.8'].map((address, n) =>
    udpOut(box, 0, `${address}:5000`, `192.0.2.1:${n + 1}`),
  );
  t.deepEqual(seen, [`${wan}:1024`, `${wan}:1124`, `${wan}:1025`, `${wan}:1125`]);
});
