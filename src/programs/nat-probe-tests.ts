/**
 * The tests of RFC 5780 4 as a script: it yields a question and goes on with the answer, or with
 * undefined when there is none. Each test begins at a fresh local port, because a box treats a port
 * by all that was sent from it before.
 */
import type { Endpoint } from '../base/address.ts';
import type { DatagramSocket } from '../host/host.ts';
import type { StunAttribute } from '../wire/stun-attribute.ts';
import { type Answer, isSame, type Question } from './nat-probe-questions.ts';
import { cornerOf, type ProbeServer } from './nat-probe-settings.ts';

export type Probing<Result> = Generator<Question, Result, Answer | undefined>;

export interface ProbeBench {
  readonly server: ProbeServer;
  openFreshSocket(): DatagramSocket;
}

/** RFC 4787's words; `unreachable`: the server gave no answer to a question that every box lets pass. */
export type SeenBehaviour =
  | 'endpoint-independent'
  | 'address-dependent'
  | 'address-and-port-dependent'
  | 'unreachable';

export interface SeenMapping {
  readonly behaviour: SeenBehaviour;
  readonly local: Endpoint;
  /** How the first question looked outside. */
  readonly mapped: Endpoint | undefined;
}

export interface SeenHairpin {
  readonly works: boolean;
  /** Which endpoint of the sender the receiver saw (RFC 4787 REQ-9a). */
  readonly source: 'external' | 'other' | undefined;
}

/** RFC 5780 4.3. */
export function* testMapping(bench: ProbeBench, from: DatagramSocket): Probing<SeenMapping> {
  const first = (yield askCorner(bench, from, false, false))?.mapped;
  const { local } = from;
  if (first === undefined) return { behaviour: 'unreachable', local, mapped: undefined };
  const second = (yield askCorner(bench, from, true, false))?.mapped;
  const third = (yield askCorner(bench, from, true, true))?.mapped;
  return { behaviour: judgeMapping(first, second, third), local, mapped: first };
}

function judgeMapping(
  first: Endpoint,
  second: Endpoint | undefined,
  third: Endpoint | undefined,
): SeenBehaviour {
  if (second === undefined || third === undefined) return 'unreachable';
  if (!isSame(second, third)) return 'address-and-port-dependent';
  return isSame(first, second) ? 'endpoint-independent' : 'address-dependent';
}

/** RFC 5780 4.4: the port is opened towards one corner, and others are asked to answer. */
export function* testFiltering(bench: ProbeBench, from: DatagramSocket): Probing<SeenBehaviour> {
  if ((yield askCorner(bench, from, false, false)) === undefined) return 'unreachable';
  if ((yield askForChange(bench, from, true, true)) !== undefined) return 'endpoint-independent';
  if ((yield askForChange(bench, from, false, true)) !== undefined) return 'address-dependent';
  return 'address-and-port-dependent';
}

/**
 * RFC 5780 4.5, with two sockets. Both send to each other's external endpoint, because a strict filter
 * lets in nobody who was not spoken to. Where each destination has a mapping of its own and the filter
 * is strict, the ports can't be known, and hairpinning is not seen even if it is there.
 */
export function* testHairpin(bench: ProbeBench): Probing<SeenHairpin> {
  const [one, other] = [bench.openFreshSocket(), bench.openFreshSocket()];
  const oneMapped = (yield askCorner(bench, one, false, false))?.mapped;
  const otherMapped = (yield askCorner(bench, other, false, false))?.mapped;
  if (oneMapped === undefined || otherMapped === undefined)
    return { works: false, source: undefined };
  const forth = yield askOurselves(one, otherMapped);
  if (forth !== undefined) return describeHairpin(forth, oneMapped);
  const back = yield askOurselves(other, oneMapped);
  return describeHairpin(back, otherMapped);
}

function describeHairpin(answer: Answer | undefined, external: Endpoint): SeenHairpin {
  if (answer === undefined) return { works: false, source: undefined };
  const isExternal = answer.mapped.address === external.address;
  return { works: true, source: isExternal ? 'external' : 'other' };
}

/**
 * Has the server send packets that nobody asked for to a port that has sent nothing yet, from the
 * corner that a mapping test asks second (RFC 5780 7.5). A box that keeps the inner port and takes
 * note of strangers is then no longer free to give that port towards that corner.
 */
export function* provokeStray(bench: ProbeBench, target: DatagramSocket): Probing<void> {
  const change: StunAttribute = { kind: 'change-request', address: true, port: false };
  const elsewhere: StunAttribute = { kind: 'response-port', port: target.local.port };
  yield {
    from: bench.openFreshSocket(),
    to: cornerOf(bench.server, false, false),
    answeredBy: cornerOf(bench.server, true, false),
    attributes: [change, elsewhere],
  };
}

function askCorner(
  { server }: ProbeBench,
  from: DatagramSocket,
  otherAddress: boolean,
  otherPort: boolean,
): Question {
  const to = cornerOf(server, otherAddress, otherPort);
  return { from, to, answeredBy: to, attributes: [] };
}

function askForChange(
  { server }: ProbeBench,
  from: DatagramSocket,
  address: boolean,
  port: boolean,
): Question {
  return {
    from,
    to: cornerOf(server, false, false),
    answeredBy: cornerOf(server, address, port),
    attributes: [{ kind: 'change-request', address, port }],
  };
}

function askOurselves(from: DatagramSocket, to: Endpoint): Question {
  return { from, to, answeredBy: undefined, attributes: [] };
}
