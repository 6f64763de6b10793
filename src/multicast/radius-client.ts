/**
 * Who asks RADIUS servers and waits for answers (RFC 2865 2.5, RFC 5080 2.2): a request is sent again, the
 * same bytes, until it is answered or given up. Never another server: who calls decides that.
 */
import {
  type Deadlined,
  type DeadlineEntry,
  moveDeadline,
  takeDue,
} from '../base/deadline-queue.ts';
import { fillRandom, type Random } from '../base/random.ts';
import { never, nsPerSecond } from '../base/time.ts';
import { isMalformed } from '../wire/malformed.ts';
import { parseRadius, type RadiusAttribute, type RadiusPacket } from '../wire/radius.ts';
import { doubtAnswer, signDigestRequest, signRequest } from '../wire/radius-signature.ts';

export type RadiusService = 'access' | 'accounting';

export interface RadiusServer {
  readonly name: string;
  readonly secret: string;
}

export interface RadiusTiming {
  /** Before the second attempt; each further one waits twice as long. */
  readonly firstNs: number;
  readonly attempts: number;
}

export const defaultRadiusTiming: RadiusTiming = { firstNs: nsPerSecond, attempts: 3 };

export interface RadiusSink {
  send(server: string, service: RadiusService, bytes: Uint8Array): void;
  /** The answer to what was asked under this number; undefined: there was none. */
  answered(token: number, answer: RadiusPacket | undefined): void;
  doubted(server: string, reason: string): void;
}

export interface RadiusClient {
  deadlineNs: number;
  readonly timers: { readonly heap: DeadlineEntry<Pending>[] };
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly timing: RadiusTiming;
  readonly random: Random;
}

/** The requests to one port of one server, of which an identifier tells 256 apart. */
interface Lane {
  readonly server: RadiusServer;
  readonly service: RadiusService;
  readonly pending: Map<number, Pending>;
  readonly waiting: Waiting[];
  nextIdentifier: number;
}

interface Waiting {
  readonly token: number;
  readonly attributes: readonly RadiusAttribute[];
}

interface Pending extends Deadlined {
  readonly lane: Lane;
  readonly token: number;
  readonly identifier: number;
  readonly authenticator: Uint8Array;
  readonly bytes: Uint8Array;
  attempts: number;
}

const identifiers = 256;
const services = ['access', 'accounting'] as const;

export function createRadiusClient(
  servers: readonly RadiusServer[],
  random: Random,
  timing = defaultRadiusTiming,
): RadiusClient {
  const lanes = servers.flatMap((server) =>
    services.map(
      (service) => [laneKey(server.name, service), createLane(server, service)] as const,
    ),
  );
  return { deadlineNs: never, timers: { heap: [] }, lanes: new Map(lanes), timing, random };
}

function createLane(server: RadiusServer, service: RadiusService): Lane {
  return { server, service, pending: new Map(), waiting: [], nextIdentifier: 0 };
}

function laneKey(server: string, service: RadiusService): string {
  return `${service} ${server}`;
}

/** A server that is not known answers nothing. */
export function askRadius(
  client: RadiusClient,
  nowNs: number,
  to: { readonly server: string; readonly service: RadiusService },
  request: Waiting,
  sink: RadiusSink,
): void {
  const lane = client.lanes.get(laneKey(to.server, to.service));
  if (lane === undefined) sink.answered(request.token, undefined);
  else if (lane.pending.size >= identifiers) lane.waiting.push(request);
  else start(client, nowNs, lane, request, sink);
}

function start(
  client: RadiusClient,
  nowNs: number,
  lane: Lane,
  { token, attributes }: Waiting,
  sink: RadiusSink,
): void {
  const identifier = takeIdentifier(lane);
  const { authenticator, bytes } = sign(client, lane, identifier, attributes);
  const times = { deadlineAtNs: never, queuedAtNs: never };
  const pending = { lane, token, identifier, authenticator, bytes, attempts: 0, ...times };
  lane.pending.set(identifier, pending);
  attempt(client, nowNs, pending, sink);
}

function takeIdentifier(lane: Lane): number {
  while (lane.pending.has(lane.nextIdentifier)) {
    lane.nextIdentifier = (lane.nextIdentifier + 1) % identifiers;
  }
  const identifier = lane.nextIdentifier;
  lane.nextIdentifier = (identifier + 1) % identifiers;
  return identifier;
}

function sign(
  { random }: RadiusClient,
  { server: { secret }, service }: Lane,
  identifier: number,
  attributes: readonly RadiusAttribute[],
): { readonly authenticator: Uint8Array; readonly bytes: Uint8Array } {
  const authenticator = new Uint8Array(16);
  if (service === 'accounting') {
    const packet = { code: 'accounting-request', identifier, authenticator, attributes } as const;
    const bytes = signDigestRequest(packet, secret);
    return { bytes, authenticator: bytes.slice(4, 20) };
  }
  fillRandom(random, authenticator);
  const packet = { code: 'access-request', identifier, authenticator, attributes } as const;
  return { bytes: signRequest(packet, secret), authenticator };
}

function attempt(client: RadiusClient, nowNs: number, pending: Pending, sink: RadiusSink): void {
  const { lane, bytes } = pending;
  const waitNs = client.timing.firstNs * 2 ** pending.attempts;
  pending.attempts += 1;
  moveDeadline(client, pending, nowNs + waitNs);
  sink.send(lane.server.name, lane.service, bytes);
}

/** What came from that port of that server. */
export function receiveRadius(
  client: RadiusClient,
  nowNs: number,
  from: { readonly server: string; readonly service: RadiusService },
  bytes: Uint8Array,
  sink: RadiusSink,
): void {
  const lane = client.lanes.get(laneKey(from.server, from.service));
  const packet = parseRadius(bytes, 0, bytes.length);
  if (lane === undefined || isMalformed(packet)) return;
  const pending = lane.pending.get(packet.identifier);
  if (pending === undefined) return;
  const doubt = doubtAnswer(packet, pending.authenticator, lane.server.secret);
  if (doubt !== undefined) sink.doubted(from.server, doubt);
  else settle(client, nowNs, pending, packet, sink);
}

function settle(
  client: RadiusClient,
  nowNs: number,
  pending: Pending,
  answer: RadiusPacket | undefined,
  sink: RadiusSink,
): void {
  const { lane, identifier, token } = pending;
  lane.pending.delete(identifier);
  moveDeadline(client, pending, never);
  sink.answered(token, answer);
  const next = lane.waiting.shift();
  if (next !== undefined) start(client, nowNs, lane, next, sink);
}

export function advanceRadius(client: RadiusClient, nowNs: number, sink: RadiusSink): void {
  for (;;) {
    const pending = takeDue<Pending>(client, nowNs);
    if (pending === undefined) return;
    if (pending.attempts < client.timing.attempts) attempt(client, nowNs, pending, sink);
    else settle(client, nowNs, pending, undefined, sink);
  }
}
