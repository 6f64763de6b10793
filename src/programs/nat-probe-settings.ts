/** Where the two addresses and two ports of an RFC 5780 server are: what the probe and its server agree on. */
import { type Endpoint, type Family, familyOf, type Ip, parseIp } from '../base/address.ts';
import type { Settings, SettingValue } from '../host/program.ts';
import { wrongSetting } from './flow-settings.ts';

export interface ProbeServer {
  readonly addresses: readonly [Ip, Ip];
  readonly ports: readonly [number, number];
}

export interface ProbeSettings {
  readonly server: ProbeServer;
  readonly family: Family;
  /** The first of the local ports, one after the other; undefined: any that are free. */
  readonly port: number | undefined;
  /** Whether to classify once more after a packet that nobody asked for. */
  readonly stray: boolean;
  /** The shortest wait before a question is sent again: less where nothing can be far away. */
  readonly leastWaitNs: number | undefined;
  /** How often a question is sent before silence is the answer. */
  readonly sendings: number | undefined;
}

export function readServerSettings({ addresses, ports }: Settings): ProbeServer {
  return {
    addresses: readPair('addresses', addresses, readAddress),
    ports: readPair('ports', ports, readPort),
  };
}

export function readProbeSettings(settings: Settings): ProbeSettings {
  const { server, ports, family, port, stray, leastWaitNs, sendings } = settings;
  const addresses = readPair('server', server, readAddress);
  if (family !== undefined && family !== familyOf(addresses[0])) {
    throw wrongSetting('family', family);
  }
  return {
    server: { addresses, ports: readPair('ports', ports, readPort) },
    family: familyOf(addresses[0]),
    port: port === undefined || port === null ? undefined : readPort('port', port),
    stray: stray === true,
    leastWaitNs: typeof leastWaitNs === 'number' ? leastWaitNs : undefined,
    sendings: typeof sendings === 'number' ? sendings : undefined,
  };
}

/** One of the four corners: the first or the other address, the first or the other port. */
export function cornerOf(server: ProbeServer, otherAddress: boolean, otherPort: boolean): Endpoint {
  const address = server.addresses[otherAddress ? 1 : 0];
  return { address, port: server.ports[otherPort ? 1 : 0] };
}

function readPair<Value>(
  name: string,
  given: SettingValue | undefined,
  read: (name: string, value: SettingValue | undefined) => Value,
): [Value, Value] {
  if (!Array.isArray(given) || given.length !== 2) throw wrongSetting(name, given);
  const pair: [Value, Value] = [read(name, given[0]), read(name, given[1])];
  if (pair[0] === pair[1]) throw wrongSetting(name, given);
  return pair;
}

function readAddress(name: string, value: SettingValue | undefined): Ip {
  const address = parseIp(String(value));
  if (address === undefined) throw wrongSetting(name, value);
  return address;
}

function readPort(name: string, value: SettingValue | undefined): number {
  if (typeof value !== 'number' || value < 1 || value > 65_535) throw wrongSetting(name, value);
  return value;
}
