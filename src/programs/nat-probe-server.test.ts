import test from 'ava';
import { type Endpoint, formatEndpoint, parseIp } from '../base/address.ts';
import { driveUntil } from '../host/fake-time.ts';
import { isMalformed } from '../wire/malformed.ts';
import {
  emitStun,
  findStunAttribute,
  measureStun,
  parseStun,
  type StunMessage,
} from '../wire/stun.ts';
import type { StunAttribute } from '../wire/stun-attribute.ts';
import { createBoxedNetwork } from './boxed-network.ts';
import { startNatProbeServer } from './nat-probe-server.ts';

const addresses = ['192.0.2.1', '192.0.2.2'];
const at = (text: string, port: number): Endpoint => ({ address: parseIp(text)!, port });

/** What a client at port 5000 hears, and from where, when it asks the first address and port. */
function askServer(attributes: readonly StunAttribute[], change: Partial<StunMessage> = {}) {
  const servers = addresses.map((text) => parseIp(text)!);
  const { client, server, time } = createBoxedNetwork([], [parseIp('198.51.100.9')!], servers);
  startNatProbeServer(server, { addresses, ports: [3_478, 3_479] });
  const heard: { from: string; at: number; message: StunMessage }[] = [];
  const open = (port: number) =>
    client.openDatagramSocket(
      { family: 4, port },
      {
        received: ({ from, payload }) => {
          const message = parseStun(payload, 0, payload.length);
          if (!isMalformed(message)) heard.push({ from: formatEndpoint(from), at: port, message });
        },
      },
    );
  const socket = open(5_000);
  open(6_000);
  const transaction = new Uint8Array(12).fill(7);
  const request = { class: 'request', method: 1, transaction, attributes, ...change } as const;
  const bytes = new Uint8Array(measureStun(request));
  emitStun(bytes, 0, request);
  socket.send(bytes, at('192.0.2.1', 3_478));
  driveUntil(time, () => heard.length > 0, 1e9);
  return heard[0];
}

test('an answer tells the mapped address, its origin and the other corner (RFC 5780 6.1)', (t) => {
  const heard = askServer([])!;
  t.is(heard.from, '192.0.2.1:3478');
  const { message } = heard;
  t.is(message.class, 'success');
  const endpointOf = (kind: 'xor-mapped-address' | 'response-origin' | 'other-address') =>
    formatEndpoint(findStunAttribute(message, kind)!.endpoint);
  t.is(endpointOf('xor-mapped-address'), '198.51.100.9:5000');
  t.is(endpointOf('response-origin'), '192.0.2.1:3478');
  t.is(endpointOf('other-address'), '192.0.2.2:3479');
});

for (const [address, port, expected] of [
  [false, true, '192.0.2.1:3479'],
  [true, false, '192.0.2.2:3478'],
  [true, true, '192.0.2.2:3479'],
] as const) {
  test(`CHANGE-REQUEST address ${address}, port ${port}: the answer comes from ${expected}`, (t) => {
    t.is(askServer([{ kind: 'change-request', address, port }])?.from, expected);
  });
}

test('RESPONSE-PORT sends the answer to another port of who asked', (t) => {
  t.is(askServer([{ kind: 'response-port', port: 6_000 }])?.at, 6_000);
});

test('what must be understood and is not is refused by name (RFC 8489 6.3.1)', (t) => {
  const heard = askServer([{ kind: 'unknown', type: 0x7001, value: new Uint8Array(0) }])!;
  t.is(heard.message.class, 'error');
  t.is(findStunAttribute(heard.message, 'error-code')?.code, 420);
  t.deepEqual(findStunAttribute(heard.message, 'unknown-attributes')?.types, [0x7001]);
});

test('what may be ignored is ignored, and another method is refused', (t) => {
  const software: StunAttribute = { kind: 'unknown', type: 0x8022, value: new Uint8Array(3) };
  t.is(askServer([software])?.message.class, 'success');
  t.is(findStunAttribute(askServer([], { method: 3 })!.message, 'error-code')?.code, 400);
});

test('an indication gets no answer', (t) => {
  t.is(askServer([], { class: 'indication' }), undefined);
});
