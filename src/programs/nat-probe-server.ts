/** An RFC 5780 server on one node: two addresses, two ports, answers from whichever was asked for. */
import type { Endpoint } from '../base/address.ts';
import type { DatagramArrived, DatagramSocket } from '../host/host.ts';
import type { StartProgram } from '../host/program.ts';
import { isMalformed } from '../wire/malformed.ts';
import {
  emitStun,
  findStunAttribute,
  measureStun,
  parseStun,
  type StunMessage,
  stunMethod,
} from '../wire/stun.ts';
import type { StunAttribute } from '../wire/stun-attribute.ts';
import { cornerOf, readServerSettings } from './nat-probe-settings.ts';

interface Corner {
  readonly endpoint: Endpoint;
  /** The one with the other address and the other port. */
  readonly opposite: Endpoint;
  readonly socket: DatagramSocket;
}

export const startNatProbeServer: StartProgram = (host, settings) => {
  const server = readServerSettings(settings);
  const corners = [0, 1, 2, 3].map((index): Corner => {
    const [otherAddress, otherPort] = [(index & 2) !== 0, (index & 1) !== 0];
    const endpoint = cornerOf(server, otherAddress, otherPort);
    const opposite = cornerOf(server, !otherAddress, !otherPort);
    const family = typeof endpoint.address === 'number' ? 4 : 6;
    const socket = host.openDatagramSocket(
      { family, ...endpoint },
      { received: (arrived) => answer(corners, index, arrived) },
    );
    return { endpoint, opposite, socket };
  });
  host.lifecycle.ready();
  return {
    stop: () => {
      for (const { socket } of corners) socket.close();
    },
  };
};

function answer(corners: readonly Corner[], asked: number, arrived: DatagramArrived): void {
  const { payload, from } = arrived;
  const request = parseStun(payload, 0, payload.length);
  if (isMalformed(request) || request.class !== 'request') return;
  const refusal = refuse(request);
  if (refusal !== undefined) {
    send(corners[asked]!, from, refusal);
    return;
  }
  const change = findStunAttribute(request, 'change-request');
  const turn = (change?.address ? 2 : 0) | (change?.port ? 1 : 0);
  const corner = corners[asked ^ turn]!;
  // RFC 5780 6.1: the answer to RESPONSE-PORT goes to the address that asked, and that port.
  const port = findStunAttribute(request, 'response-port')?.port ?? from.port;
  send(corner, { address: from.address, port }, accept(request, from, corner, corners[asked]!));
}

/** RFC 8489 6.3.1: what must be understood and is not, is named. */
function refuse(request: StunMessage): StunMessage | undefined {
  const types = request.attributes.flatMap((attribute) =>
    attribute.kind === 'unknown' && attribute.type < 0x8000 ? [attribute.type] : [],
  );
  if (request.method !== stunMethod.binding) return reply(request, 'error', [badRequest]);
  if (types.length === 0) return undefined;
  const unknown = { kind: 'unknown-attributes', types } as const;
  return reply(request, 'error', [unknownAttribute, unknown]);
}

const badRequest: StunAttribute = { kind: 'error-code', code: 400, reason: 'Bad Request' };
const unknownAttribute: StunAttribute = {
  kind: 'error-code',
  code: 420,
  reason: 'Unknown Attribute',
};

function accept(request: StunMessage, from: Endpoint, corner: Corner, asked: Corner): StunMessage {
  return reply(request, 'success', [
    { kind: 'xor-mapped-address', endpoint: from },
    { kind: 'response-origin', endpoint: corner.endpoint },
    { kind: 'other-address', endpoint: asked.opposite },
  ]);
}

function reply(
  { method, transaction }: StunMessage,
  kind: 'success' | 'error',
  attributes: readonly StunAttribute[],
): StunMessage {
  return { class: kind, method, transaction, attributes };
}

function send({ socket }: Corner, to: Endpoint, message: StunMessage): void {
  const bytes = new Uint8Array(measureStun(message));
  emitStun(bytes, 0, message);
  socket.send(bytes, to);
}
