/** Plays a conformance case against a subject. */
import type { Endpoint, Family } from '../../base/address.ts';
import { describeTcpFlags, tcpFlag } from '../../wire/tcp.ts';
import { describeTcpOption } from '../../wire/tcp-options.ts';
import type { ConformanceCase, SubjectSettings } from './case.ts';
import { whyNot } from './expectation.ts';
import { makeIcmpError, makePacket } from './packets.ts';
import { parseScript, type Step } from './script.ts';
import type { Subject } from './subject.ts';
import {
  makeWireSide,
  payloadOf,
  readPacket,
  type SeenSegment,
  type WireSide,
} from './wire-side.ts';

interface Play {
  readonly subject: Subject;
  readonly settings: SubjectSettings;
  readonly side: WireSide;
  /** How far the subject's user has written and read, in the numbers of the stream. */
  written: number;
  taken: number;
  /** When the step before was done. */
  sinceNs: number;
  readonly log: string[];
}

/** Undefined: the case holds. Else what was not as it says, and all that was seen. */
export async function playCase(
  given: ConformanceCase,
  subject: Subject,
  script: Endpoint,
  subjectEnd: Endpoint,
): Promise<string | undefined> {
  const nowNs = subject.nowNs();
  const side = makeWireSide(script, subjectEnd, nowNs);
  const log: string[] = [];
  const settings = given.settings ?? {};
  const play: Play = { subject, settings, side, written: 1, taken: 1, sinceNs: nowNs, log };
  for (const step of parseScript(scriptFor(given, subject.family))) {
    const problem = await playStep(play, step);
    if (problem !== undefined) return [`at "${step.line}": ${problem}`, ...log].join('\n  ');
    play.sinceNs = subject.nowNs();
  }
  return undefined;
}

function scriptFor(given: ConformanceCase, family: Family): string {
  const [defaultMss, linkMss] = family === 4 ? [536, 1_460] : [1_220, 1_440];
  return given.script
    .replaceAll('$defaultMss', `${defaultMss}`)
    .replaceAll('$linkMss', `${linkMss}`);
}

async function playStep(play: Play, step: Step): Promise<string | undefined> {
  const { subject, side } = play;
  switch (step.kind) {
    case 'inject':
      play.log.push(step.line);
      subject.inject(makePacket(side, step.segment, subject.nowNs()));
      return undefined;
    case 'icmp':
      play.log.push(step.line);
      subject.inject(makeIcmpError(side, step.error, step.mtuBytes));
      return undefined;
    case 'expect':
      return await expectSegment(play, step);
    case 'nothing':
      return await expectNothing(play, step.forNs);
    case 'pass':
      while ((await next(play, play.sinceNs + step.forNs)) !== undefined);
      return undefined;
    case 'call':
      play.log.push(step.line);
      if (step.call === 'read') await subject.settle();
      return callUser(play, step);
    case 'state':
      await subject.settle();
      return subject.state() === step.state ? undefined : `it is ${subject.state()}`;
    case 'told':
      return await expectTold(play, step.what);
  }
}

async function next(play: Play, untilNs: number): Promise<SeenSegment | string | undefined> {
  const packet = await play.subject.next(untilNs);
  if (packet === undefined) return undefined;
  const segment = readPacket(play.side, packet);
  play.log.push(typeof segment === 'string' ? `> ${segment}` : describeSeen(play, segment));
  return segment;
}

async function expectSegment(
  play: Play,
  step: Extract<Step, { kind: 'expect' }>,
): Promise<string | undefined> {
  const segment = await next(play, play.sinceNs + step.withinNs);
  if (segment === undefined) return 'nothing came';
  if (typeof segment === 'string') return segment;
  const waitedNs = play.subject.nowNs() - play.sinceNs;
  if (waitedNs < step.afterNs) return `it came after ${waitedNs / 1e6} ms already`;
  return whyNot(step.segment, segment);
}

async function expectNothing(play: Play, forNs: number): Promise<string | undefined> {
  const segment = await next(play, play.sinceNs + forNs);
  return segment === undefined ? undefined : 'something came';
}

function callUser(play: Play, step: Extract<Step, { kind: 'call' }>): string | undefined {
  const { subject, settings } = play;
  switch (step.call) {
    case 'listen':
    case 'connect':
      subject[step.call](settings);
      return undefined;
    case 'write':
      subject.write(payloadOf(play.written, step.bytes));
      play.written += step.bytes;
      return undefined;
    case 'read':
      return expectRead(play, step.bytes);
    case 'close':
    case 'abort':
    case 'release':
      subject[step.call]();
      return undefined;
  }
}

function expectRead(play: Play, bytes: number): string | undefined {
  const got = play.subject.read(bytes);
  if (got.length !== bytes) return `${got.length} bytes were to be read`;
  const expected = payloadOf(play.taken, bytes);
  play.taken += bytes;
  const at = got.findIndex((byte, index) => byte !== expected[index]);
  return at < 0 ? undefined : `byte ${at} is ${got[at]}, not ${expected[at]}`;
}

async function expectTold(play: Play, what: string): Promise<string | undefined> {
  await play.subject.settle();
  const [word, count] = what.split(' ');
  if (word === 'readable') {
    const bytes = play.subject.readableBytes();
    return bytes === Number(count) ? undefined : `${bytes} bytes are`;
  }
  const told = play.subject.told();
  if (word === 'nothing-of') return told.has(count!) ? `it was told ${count}` : undefined;
  return told.has(what) ? undefined : `it was told: ${[...told].join(', ') || 'nothing'}`;
}

function describeSeen(play: Play, segment: SeenSegment): string {
  const { header, sequence, acknowledgment, payload, window } = segment;
  const atMs = ((play.subject.nowNs() - play.side.startedAtNs) / 1e6).toFixed(1);
  const words = [`> ${describeTcpFlags(header.flags)} seq ${sequence}`];
  if ((header.flags & tcpFlag.ack) !== 0) words.push(`ack ${acknowledgment}`);
  words.push(`len ${payload.length} win ${window}`);
  const rest = header.options.filter((option) => option.kind !== 'sack').map(describeTcpOption);
  const sack = segment.sack.map(([left, right]) => `${left}-${right}`);
  if (sack.length > 0) rest.push(`sack ${sack.join(',')}`);
  return `${words.join(' ')} ${rest.join(' ')} (at ${atMs} ms)`;
}
