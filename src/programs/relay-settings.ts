/** What the plan hands to a relay and to the devices that use it. */
import { type Endpoint, type Ip, parseIp } from '../base/address.ts';
import { type Prefix, widthOf } from '../base/prefix.ts';
import { nsPerSecond } from '../base/time.ts';
import { parseDuration, parseRate, parseSize, type Reading } from '../base/units.ts';
import type { Settings, SettingValue } from '../host/program.ts';
import { type Omission, omissions, type PathUse, pathUses } from '../punch/device-state.ts';
import { noLimits, type QuotaLimits } from '../punch/quota.ts';
import type { RelayPlace } from '../punch/relay-link.ts';
import { wrongSetting } from './flow-settings.ts';

export interface RelaySettings {
  readonly place: RelayPlace;
  /** Its holders share one quota. */
  readonly token: string;
  readonly limits: QuotaLimits;
}

export interface PeerSettings {
  readonly name: string;
  readonly relays: readonly RelayPlace[];
  readonly token: string;
  /** Of the virtual interface. */
  readonly address: Prefix;
  readonly peers: readonly { readonly name: string; readonly network: Prefix }[];
  readonly use: PathUse;
  readonly without: Omission | undefined;
  readonly punchDelayNs: number;
  readonly search: boolean;
  /** Peers are tried over the other IP family as well. */
  readonly isDual: boolean;
  /** The router before us is asked for a port. */
  readonly mapsPort: boolean;
  readonly trace: boolean;
}

export function readRelaySettings(settings: Settings): RelaySettings {
  const { addresses, port, token, rate, bytes, peers, clients, lifetime } = settings;
  return {
    place: placeOf('addresses', addresses, readPort(port)),
    token: readText('token', token),
    limits: {
      rateBps: readQuantity('rate', rate, parseRate) ?? noLimits.rateBps,
      bytes: readQuantity('bytes', bytes, parseSize) ?? noLimits.bytes,
      untilNs: readQuantity('lifetime', lifetime, parseDuration) ?? noLimits.untilNs,
      peers: readCount('peers', peers) ?? noLimits.peers,
      clients: readCount('clients', clients) ?? noLimits.clients,
    },
  };
}

export function readPeerSettings(settings: Settings): PeerSettings {
  const { relay, spare, port, token, name, address, peers, use, search, trace } = settings;
  const relays = [relay, spare].filter((one) => one !== undefined && one !== null);
  return {
    name: readText('name', name),
    relays: relays.map((one) => placeOf('relay', one, readPort(port))),
    token: readText('token', token),
    address: networkOf('address', address),
    peers: readPeers(peers),
    use: readUse(use),
    without: readWithout(settings['without']),
    punchDelayNs: readQuantity('punch-delay', settings['punch-delay'], parseDuration) ?? 0,
    search: search === true,
    isDual: settings['both-families'] === true,
    mapsPort: settings['port-mapping'] === true,
    trace: trace === true,
  };
}

/** A relay listens at its first address, and at the next port of its last for those who ask how they are mapped. */
function placeOf(name: string, given: SettingValue | undefined, port: number): RelayPlace {
  const addresses = [given].flat().map((text) => readAddress(name, text as SettingValue));
  const main: Endpoint = { address: addresses[0]!, port };
  return { main, alternate: { address: addresses.at(-1)!, port: port + 1 } };
}

function readPeers(given: SettingValue | undefined): PeerSettings['peers'] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw wrongSetting('peers', given);
  }
  return Object.entries(given).map(([name, text]) => ({ name, network: networkOf('peers', text) }));
}

function networkOf(name: string, given: SettingValue | undefined): Prefix {
  const address = readAddress(name, given);
  return { address, length: widthOf(address) };
}

const defaultWaitNs = 10 * nsPerSecond;

export interface ProbeRounds {
  readonly count: number;
  /** How long a round waits before it says that there is no direct path. */
  readonly waitNs: number;
  /** It says no first word, and no results. */
  readonly answers: boolean;
  /** When the first one begins, of the run's time; undefined: at once. */
  readonly fromNs: number | undefined;
}

export function readRounds({ wait, rounds, answers, from }: Settings): ProbeRounds {
  const waitNs = readQuantity('wait', wait, parseDuration) ?? defaultWaitNs;
  const fromNs = readQuantity('from', from, parseDuration);
  return { count: readCount('rounds', rounds) ?? 1, waitNs, answers: answers === true, fromNs };
}

function readUse(given: SettingValue | undefined): PathUse {
  if (given === undefined) return pathUses[0];
  const use = pathUses.find((known) => known === given);
  if (use === undefined) throw wrongSetting('use', given);
  return use;
}

function readWithout(given: SettingValue | undefined): Omission | undefined {
  if (given === undefined) return undefined;
  const omission = omissions.find((known) => known === given);
  if (omission === undefined) throw wrongSetting('without', given);
  return omission;
}

function readQuantity(
  name: string,
  given: SettingValue | undefined,
  parse: (text: string) => Reading,
): number | undefined {
  if (given === undefined) return undefined;
  const value = typeof given === 'string' ? parse(given) : undefined;
  if (typeof value !== 'number') throw wrongSetting(name, given);
  return value;
}

function readCount(name: string, given: SettingValue | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'number' || given < 0) throw wrongSetting(name, given);
  return given;
}

function readText(name: string, given: SettingValue | undefined): string {
  if (typeof given !== 'string' || given === '') throw wrongSetting(name, given);
  return given;
}

function readPort(given: SettingValue | undefined): number {
  if (typeof given !== 'number' || given < 1 || given > 65_534) throw wrongSetting('port', given);
  return given;
}

function readAddress(name: string, given: SettingValue | undefined): Ip {
  const address = typeof given === 'string' ? parseIp(given) : undefined;
  if (address === undefined) throw wrongSetting(name, given);
  return address;
}
