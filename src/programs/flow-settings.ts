/** What the plan resolved for one end of a traffic. */
import { type Endpoint, type Family, parseIp } from '../base/address.ts';
import { FaultError } from '../base/errors.ts';
import type { Settings, SettingValue } from '../host/program.ts';
import {
  type StreamCongestion,
  type StreamScheduler,
  streamCongestions,
  streamSchedulers,
} from '../host/stream.ts';
import { flowHeaderBytes } from '../wire/flow.ts';

const flowGenerators = ['stream', 'poisson', 'on-off', 'request-response'] as const;
type FlowGenerator = (typeof flowGenerators)[number];

/** What every datagram needs stands first. */
export interface FlowSettings {
  /** The traffic's name. */
  readonly flow: string;
  /** It sends the first packet, and knows its peer; the other end waits at `port`. */
  readonly opens: boolean;
  /** Of payload. */
  readonly payloadBytes: number;
  readonly timeoutNs: number;
  readonly intervalNs: number;
  /** What ends the flow: the first of these that is reached. None: it goes on until it is stopped. */
  readonly count: number;
  readonly forNs: number;
  readonly bytes: number;
  /** Unknown (NaN) to those who don't pace, and to streams that go as fast as they can. */
  readonly rateBps: number;
  readonly onNs: number;
  readonly offNs: number;
  readonly generator: FlowGenerator;
  readonly transport: 'udp' | 'tcp' | 'mptcp';
  /** Of MPTCP; undefined: what the node's does by itself. */
  readonly scheduler: StreamScheduler | undefined;
  /** Undefined: what the node's TCP does by itself. */
  readonly congestion: StreamCongestion | undefined;
  readonly peer: Endpoint | undefined;
  /** 0: one that is free. */
  readonly port: number;
  readonly family: Family;
  readonly interface: string | undefined;
}

/** What fits an IPv4 datagram of 65 535 bytes. */
const largestPayloadBytes = 65_507;
const unlimited = Number.POSITIVE_INFINITY;

export function readFlowSettings(settings: Settings): FlowSettings {
  const { flow, generator, opens, peer, family, interface: named } = settings;
  const endpoint = readPeer(peer);
  if (opens === true && endpoint === undefined) throw wrongSetting('peer', peer);
  return {
    flow: String(flow),
    opens: opens === true,
    payloadBytes: readPayloadBytes(settings),
    timeoutNs: readNumber(settings, 'timeoutNs', unlimited),
    intervalNs: readNumber(settings, 'intervalNs', 0),
    count: readNumber(settings, 'count', unlimited),
    forNs: readNumber(settings, 'forNs', unlimited),
    bytes: readNumber(settings, 'bytes', unlimited),
    rateBps: readNumber(settings, 'rateBps', Number.NaN),
    onNs: readNumber(settings, 'onNs', 0),
    offNs: readNumber(settings, 'offNs', 0),
    generator: readGenerator(generator),
    transport: readTransport(settings['transport']),
    scheduler: streamSchedulers.find((known) => known === settings['scheduler']),
    congestion: readCongestion(settings['congestion']),
    peer: endpoint,
    port: readNumber(settings, 'port', 0),
    family: family === 6 ? 6 : 4,
    interface: typeof named === 'string' ? named : undefined,
  };
}

function readPayloadBytes(settings: Settings): number {
  const payloadBytes = readNumber(settings, 'payloadBytes');
  const fits = payloadBytes >= flowHeaderBytes && payloadBytes <= largestPayloadBytes;
  if (!fits) throw wrongSetting('payloadBytes', payloadBytes);
  return payloadBytes;
}

/** `absent`: what no value (or null) means; left out, there must be one. */
function readNumber(settings: Settings, name: string, absent?: number): number {
  const value = settings[name] ?? absent;
  if (typeof value !== 'number' || value < 0) throw wrongSetting(name, value);
  return value;
}

function readGenerator(value: SettingValue | undefined): FlowGenerator {
  const generator = flowGenerators.find((known) => known === value);
  if (generator === undefined) throw wrongSetting('generator', value);
  return generator;
}

function readTransport(value: SettingValue | undefined): FlowSettings['transport'] {
  return value === 'tcp' || value === 'mptcp' ? value : 'udp';
}

function readCongestion(value: SettingValue | undefined): StreamCongestion | undefined {
  if (value === undefined || value === null) return undefined;
  const congestion = streamCongestions.find((known) => known === value);
  if (congestion === undefined) throw wrongSetting('congestion', value);
  return congestion;
}

function readPeer(value: SettingValue | undefined): Endpoint | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { address: text, port } = value as Settings;
  const address = parseIp(String(text));
  return address === undefined || typeof port !== 'number' ? undefined : { address, port };
}

export function wrongSetting(name: string, value: SettingValue | undefined): FaultError {
  return new FaultError({
    code: 'wrong-setting',
    message: `a program was given ${name} = ${JSON.stringify(value) ?? 'nothing'}`,
    hint: 'the plan writes the settings of programs: this is a fault of Ropewalk',
  });
}
