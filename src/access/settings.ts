/** What an access switch is told: its ports, its way up, and the servers that know the accounts. */
import { type Ip, parseIp } from '../base/address.ts';
import { FaultError } from '../base/errors.ts';
import type { Settings, SettingValue } from '../host/program.ts';
import {
  type AccessMode,
  accessModes,
  defaultSettings,
  type MulticastSettings,
} from '../multicast/settings.ts';

export interface AccessSettings {
  /** The interfaces of subscribers, and how each tells accounts apart. */
  readonly ports: readonly { readonly name: string; readonly mode: AccessMode }[];
  /** The other ports of the bridge: nobody authenticates there. */
  readonly uplinks: readonly string[];
  /** The first is asked first, unless a port has another one. */
  readonly servers: readonly ServerSettings[];
  /** By port: the server that its authenticator asks first. */
  readonly firstServers: Readonly<Record<string, string>>;
  /** A folder of its own, where what outlives the controller is kept. */
  readonly folder: string;
  readonly timing: Omit<MulticastSettings, 'ports'>;
  /** Between two authentications of a subscriber that stays. */
  readonly reauthenticationSeconds: number;
}

export interface ServerSettings {
  readonly name: string;
  readonly address: Ip;
  readonly accessPort: number;
  readonly accountingPort: number;
  readonly secret: string;
}

const usualAccessPort = 1_812;
const usualAccountingPort = 1_813;
const usualReauthenticationSeconds = 3_600;

export function readAccessSettings(given: Settings): AccessSettings {
  const mode = String(given['mode'] ?? 'mac-based') as AccessMode;
  if (!accessModes.includes(mode)) throw wrong(`the mode ${mode}`);
  return {
    ports: textsIn(given, 'ports').map((name) => ({ name, mode })),
    uplinks: textsIn(given, 'uplinks'),
    servers: listIn(given, 'servers').map((server) => readServer(server as Settings)),
    firstServers: (given['firstServers'] ?? {}) as Readonly<Record<string, string>>,
    folder: String(given['folder'] ?? ''),
    timing: { ...defaultSettings, ...(given['timing'] as object | undefined) },
    reauthenticationSeconds: Number(
      given['reauthenticationSeconds'] ?? usualReauthenticationSeconds,
    ),
  };
}

/** In the order in which the port's authenticator asks them. */
export function serversOf(port: string, settings: AccessSettings): readonly ServerSettings[] {
  const { servers, firstServers } = settings;
  const first = servers.filter(({ name }) => name === firstServers[port]);
  return [...first, ...servers.filter((server) => !first.includes(server))];
}

function readServer(given: Settings): ServerSettings {
  const address = parseIp(String(given['address']));
  if (address === undefined) throw wrong(`the server's address ${given['address']}`);
  return {
    name: String(given['name']),
    address,
    accessPort: Number(given['accessPort'] ?? usualAccessPort),
    accountingPort: Number(given['accountingPort'] ?? usualAccountingPort),
    secret: String(given['secret']),
  };
}

function textsIn(given: Settings, key: string): string[] {
  return listIn(given, key).map(String);
}

function listIn(given: Settings, key: string): readonly SettingValue[] {
  const value = given[key];
  if (Array.isArray(value)) return value;
  throw wrong(`${key}: ${JSON.stringify(value)}`);
}

function wrong(what: string): FaultError {
  return new FaultError({
    code: 'access-settings',
    message: `an access switch can't have ${what}`,
  });
}
