/** How a device asks for a port: RFC 6887 and, where the box knows only that, RFC 6886. */
import test from 'ava';
import fc from 'fast-check';
import { parseIp, parseIpv4 } from '../base/address.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { never, nsPerMs, nsPerSecond } from '../base/time.ts';
import { isMalformed } from '../wire/malformed.ts';
import { emitNatPmp, measureNatPmp, type NatPmpMessage, parseNatPmp } from '../wire/nat-pmp.ts';
import { emitPcp, measurePcp, type PcpMessage, parsePcp } from '../wire/pcp.ts';
import {
  advancePortMapping,
  askAgain,
  createPortMapping,
  type PortMapping,
  takeMappingAnswer,
} from './port-mapping.ts';
import { endpointOf } from './testing-net.ts';

const nonce = new Uint8Array(12).fill(7);
const create = () =>
  createPortMapping(parseIp('192.168.0.1')!, endpointOf('192.168.0.7', 5_000), nonce);

function advance(mapping: PortMapping, nowNs: number): Uint8Array[] {
  const sent: Uint8Array[] = [];
  advancePortMapping(mapping, nowNs, (_, bytes) => sent.push(bytes));
  return sent;
}

function pcpAnswer(more: Partial<PcpMessage & { kind: 'map-response' }> = {}): Uint8Array {
  const message: PcpMessage = {
    ...{ kind: 'map-response', result: 'success', lifetimeSeconds: 600, epochSeconds: 9, nonce },
    ...{ protocol: 17, internalPort: 5_000, externalPort: 40_000, options: new Uint8Array(0) },
    ...{ externalAddress: parseIp('198.51.100.1')!, ...more },
  };
  const bytes = new Uint8Array(measurePcp(message));
  emitPcp(bytes, 0, message);
  return bytes;
}

function natPmp(message: NatPmpMessage): Uint8Array {
  const bytes = new Uint8Array(measureNatPmp(message));
  emitNatPmp(bytes, 0, message);
  return bytes;
}

test('a port is asked for in the name of our own address, and is ours when the box says so', (t) => {
  const mapping = create();
  const [asked] = advance(mapping, 0);
  const message = parsePcp(asked!, 0, asked!.length);
  if (isMalformed(message) || message.kind !== 'map-request') return t.fail();
  t.like(message, { client: parseIpv4('192.168.0.7'), internalPort: 5_000, protocol: 17 });
  t.true(takeMappingAnswer(mapping, 1, pcpAnswer()));
  t.deepEqual(mapping.external, endpointOf('198.51.100.1', 40_000));
  t.false(takeMappingAnswer(mapping, 2, pcpAnswer()));
});

test('it is renewed when half of its time is over, and gone when all of it is', (t) => {
  const mapping = create();
  advance(mapping, 0);
  takeMappingAnswer(mapping, 0, pcpAnswer());
  t.is(mapping.nextNs, 300 * nsPerSecond);
  t.is(advance(mapping, 299 * nsPerSecond).length, 0);
  const [again] = advance(mapping, 300 * nsPerSecond);
  t.like(parsePcp(again!, 0, again!.length), { externalPort: 40_000 });
  advance(mapping, 601 * nsPerSecond);
  t.is(mapping.external, undefined);
});

test('who does not answer is asked nine more times, each time after twice as long', (t) => {
  const mapping = create();
  const pauses: number[] = [];
  for (let n = 0; n < 9; n++) {
    const atNs = mapping.nextNs;
    t.is(advance(mapping, atNs).length, 1);
    pauses.push((mapping.nextNs - atNs) / nsPerMs);
  }
  t.deepEqual(pauses, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000]);
  advance(mapping, mapping.nextNs);
  t.is(mapping.nextNs, never);
  askAgain(mapping, 200 * nsPerSecond);
  t.is(advance(mapping, 200 * nsPerSecond).length, 1);
});

test('a box that knows only NAT-PMP is asked by it, for the address and the port', (t) => {
  const mapping = create();
  advance(mapping, 0);
  const epochSeconds = 9;
  t.false(
    takeMappingAnswer(mapping, 1, natPmp({ kind: 'refusal', opcode: 1, result: 1, epochSeconds })),
  );
  const kinds = advance(mapping, 1).map((bytes) => parseNatPmp(bytes, 0, bytes.length));
  t.like(kinds, [{ kind: 'address-request' }, { kind: 'map-request', internalPort: 5_000 }]);
  const address = parseIpv4('198.51.100.1')!;
  const port = { kind: 'map-response', transport: 'udp', result: 0, internalPort: 5_000 } as const;
  takeMappingAnswer(
    mapping,
    2,
    natPmp({ kind: 'address-response', result: 0, epochSeconds, address }),
  );
  t.is(mapping.external, undefined);
  t.true(
    takeMappingAnswer(
      mapping,
      3,
      natPmp({ ...port, epochSeconds, externalPort: 41_000, lifetimeSeconds: 3_600 }),
    ),
  );
  t.deepEqual(mapping.external, endpointOf('198.51.100.1', 41_000));
});

test('system 8.5: an answer with another nonce or for another port gives us nothing', (t) => {
  const mapping = create();
  advance(mapping, 0);
  takeMappingAnswer(mapping, 1, pcpAnswer({ nonce: new Uint8Array(12) }));
  takeMappingAnswer(mapping, 1, pcpAnswer({ internalPort: 5_001 }));
  t.is(mapping.external, undefined);
});

test('what is refused is asked for again when the box says', (t) => {
  const mapping = create();
  advance(mapping, 0);
  takeMappingAnswer(mapping, 1, pcpAnswer({ result: 'no-resources', lifetimeSeconds: 30 }));
  t.is(mapping.external, undefined);
  t.is(mapping.nextNs, 30 * nsPerSecond + 1);
});

test('system 8.5: no answer makes a device throw', (t) => {
  const survives = fc.property(
    fc.uint8Array({ maxLength: 70 }),
    fc.constantFrom(0, 2),
    (rest, version) => {
      const mapping = create();
      advance(mapping, 0);
      takeMappingAnswer(mapping, 1, Uint8Array.of(version, ...rest));
      t.is(mapping.external, undefined);
    },
  );
  fc.assert(survives, propertyRuns(300));
});
