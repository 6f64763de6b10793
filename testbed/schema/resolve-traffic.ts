/** Traffic: who sends what to whom, with everything that was not said filled in. */
import { familyOf, type Ip, parseIp } from '../../src/base/address.ts';
import { findAttached } from './attachments.ts';
import type { SourcePath } from './loaded.ts';
import type { Generator, TrafficModel } from './model.ts';
import { listWords, quote } from './quote.ts';
import { findHost, type References } from './references.ts';
import type { RawTraffic } from './scenario.ts';

const defaultPayloadBytes = 1_200;
const leastPayloadBytes = 64;
/** 65 535 less the IPv4 and UDP headers. */
const mostPayloadBytes = 65_507;
const secondNs = 1_000_000_000;

export function resolveTraffic(
  raw: Readonly<Record<string, RawTraffic>>,
  references: References,
): TrafficModel[] {
  return Object.entries(raw).flatMap(([name, traffic]) => {
    const path = ['traffic', name];
    checkKeys(traffic, path, references);
    checkEnd(traffic, path, references);
    checkCongestion(traffic, path, references);
    checkPayload(traffic, path, references);
    const ends = resolveEnds(traffic, path, references);
    return ends === undefined ? [] : [{ name, ...ends, ...fillIn(traffic) }];
  });
}

type Ends = Pick<TrafficModel, 'from' | 'to' | 'openedBy' | 'via' | 'address'>;

function resolveEnds(raw: RawTraffic, path: SourcePath, references: References): Ends | undefined {
  const from = findHost(references, raw.from, [...path, 'from']);
  const to = findHost(references, raw.to, [...path, 'to']);
  if (from === undefined || to === undefined) return undefined;
  if (from === to) {
    const message = `${quote(raw.to)} would send to itself`;
    const hint = 'name two different nodes';
    references.report({ code: 'same-node', path: [...path, 'to'], message, hint });
  }
  const openedBy = resolveOpener(raw, from, to, path, references);
  const address = resolveAddress(raw, path, references);
  if (raw.via === undefined) return { from, to, openedBy, address, via: undefined };
  const { resolved, links, report } = references;
  const { isComplete } = resolved.links;
  const inputs = { attached: resolved.attached, links, report, isComplete };
  const via = findAttached(openedBy, raw.via, [...path, 'via'], inputs);
  return { from, to, openedBy, address, via };
}

function resolveAddress(
  { address: text, ip }: RawTraffic,
  path: SourcePath,
  { report }: References,
): Ip | undefined {
  if (text === undefined) return undefined;
  const address = parseIp(text);
  if (address !== undefined && familyOf(address) === (ip === 'v6' ? 6 : 4)) return address;
  const message = `${quote(text)} is no IP${ip ?? 'v4'} address`;
  const hint = 'write address: 10.77.0.2';
  report({ code: 'wrong-type', path: [...path, 'address'], message, hint });
  return undefined;
}

function resolveOpener(
  raw: RawTraffic,
  from: string,
  to: string,
  path: SourcePath,
  references: References,
): string {
  const reference = raw['opened-by'];
  if (reference === undefined) return from;
  const at = [...path, 'opened-by'];
  const opener = findHost(references, reference, at);
  if (opener === undefined || opener === from || opener === to) return opener ?? from;
  const message = `${quote(reference)} is neither end of this traffic`;
  references.report({ code: 'not-attached', path: at, message, hint: `write ${from} or ${to}` });
  return from;
}

function fillIn(raw: RawTraffic): Omit<TrafficModel, 'name' | keyof Ends> {
  return {
    generator: raw.run,
    transport: raw.transport ?? 'udp',
    congestion: raw.congestion,
    scheduler: raw.scheduler,
    family: raw.ip === 'v6' ? 6 : 4,
    bytes: raw.bytes,
    count: raw.count,
    rateBps: raw.rate,
    payloadBytes: raw.payload ?? defaultPayloadBytes,
    startNs: raw.start ?? 0,
    forNs: raw.for,
    intervalNs: raw.interval ?? 0,
    timeoutNs: raw.timeout ?? secondNs,
    onNs: raw.on ?? secondNs,
    offNs: raw.off ?? secondNs,
    background: raw.background ?? false,
  };
}

type Key = keyof RawTraffic;

/** Keys that only some generators have. */
const ofGenerator: Readonly<Partial<Record<Key, readonly Generator[]>>> = {
  interval: ['request-response'],
  timeout: ['request-response'],
  on: ['on-off'],
  off: ['on-off'],
  rate: ['stream', 'poisson', 'on-off'],
  bytes: ['stream', 'poisson', 'on-off'],
};

function checkKeys(raw: RawTraffic, path: SourcePath, { report }: References): void {
  for (const [key, generators] of Object.entries(ofGenerator)) {
    if (raw[key as Key] === undefined || generators.includes(raw.run)) continue;
    const message = `${raw.run} has no ${key}`;
    const hint = `it belongs to ${listWords(generators)}`;
    report({ code: 'misplaced-key', path: [...path, key], aim: 'key', message, hint });
  }
}

/** What paces UDP and what ends it: a transport with congestion control needs neither to be told. */
function checkEnd(raw: RawTraffic, path: SourcePath, { report }: References): void {
  const missing = (message: string, hint: string) =>
    report({ code: 'missing-key', path, aim: 'key', message, hint });
  if (raw.run !== 'request-response' && (raw.transport ?? 'udp') === 'udp') {
    if (raw.rate === undefined) {
      missing(`a ${raw.run} over UDP needs a rate`, 'write rate: 10 Mbit/s');
    }
  }
  const counts =
    raw.run === 'request-response' ? [raw.count, raw.for] : [raw.bytes, raw.count, raw.for];
  if (raw.background === true || counts.some((value) => value !== undefined)) return;
  if (raw.run === 'request-response') {
    missing('it never ends: a count or a time is missing', 'write count: 100, or for: 10 s');
  } else {
    const hint = 'write bytes: 8 MiB, count: 1000 or for: 10 s, or background: true';
    missing('it never ends: bytes, a count or a time is missing', hint);
  }
}

function checkCongestion(raw: RawTraffic, path: SourcePath, { report }: References): void {
  if (raw.congestion === undefined || (raw.transport ?? 'udp') !== 'udp') return;
  const message = 'UDP has no congestion control';
  const hint = 'write transport: tcp beside it, or leave it out';
  report({ code: 'misplaced-key', path: [...path, 'congestion'], aim: 'key', message, hint });
}

function checkPayload(raw: RawTraffic, path: SourcePath, { report }: References): void {
  const bytes = raw.payload;
  if (bytes === undefined || (bytes >= leastPayloadBytes && bytes <= mostPayloadBytes)) return;
  const message = `a payload of ${bytes} bytes cannot be`;
  const hint = `write ${leastPayloadBytes} B to ${mostPayloadBytes} B`;
  report({ code: 'impossible-value', path: [...path, 'payload'], message, hint });
}
