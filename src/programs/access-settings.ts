/** What the plan hands to an access switch, to the RADIUS server that it asks, and to its subscribers. */
import { type Ip, parseIp } from '../base/address.ts';
import { type Mac, parseMac } from '../base/mac.ts';
import { never, nsPerMs } from '../base/time.ts';
import { parseDuration } from '../base/units.ts';
import type { Settings, SettingValue } from '../host/program.ts';
import { type AccessMode, accessModes, type PortSettings } from '../multicast/settings.ts';
import { wrongSetting } from './flow-settings.ts';

export interface SwitchSettings {
  /** Links to subscribers; by all others groups come in, and the server is reached. */
  readonly ports: readonly PortSettings[];
  readonly server: Ip;
  readonly secret: string;
  /** Plain snooping: whoever asks is given. */
  readonly isPlain: boolean;
}

export interface Account {
  readonly password: string;
  readonly groups: readonly Ip[];
}

export interface RadiusServerSettings {
  readonly secret: string;
  readonly accounts: ReadonlyMap<string, Account>;
}

export interface Credentials {
  readonly account: string;
  readonly password: string;
}

export interface SubscriberSettings {
  /** Undefined: it never logs on. */
  readonly credentials: Credentials | undefined;
  readonly groups: readonly Ip[];
  /** Not its interface's: that of another host behind the port, or a stolen one. */
  readonly mac: Mac | undefined;
  readonly afterNs: number;
  /** Counted from its beginning, logged on or not; undefined: as soon as it has logged on. */
  readonly joinNs: number | undefined;
  /** It has one group at a time, and the next one so long after; `never`: all at once. */
  readonly zapNs: number;
  /** Counted from its beginning too, as the two below; `never`: it does not. */
  readonly leaveNs: number;
  readonly logOffNs: number;
  readonly forNs: number;
  readonly next: (Credentials & { readonly atNs: number }) | undefined;
  /** What comes so soon after a leave was on its way. */
  readonly graceNs: number;
}

export interface SourceSettings {
  readonly groups: readonly Ip[];
  readonly intervalNs: number;
}

export function readSwitchSettings(given: Settings): SwitchSettings {
  const [server] = readAddresses(given, 'server');
  return {
    ports: Object.entries((given['ports'] ?? {}) as Settings).map(([name, mode]) => {
      return { name, mode: readMode(mode) };
    }),
    server: server!,
    secret: readText(given, 'secret'),
    isPlain: given['plain'] === true,
  };
}

function readMode(value: SettingValue): AccessMode {
  const mode = accessModes.find((known) => known === value);
  if (mode === undefined) throw wrongSetting('ports', value);
  return mode;
}

export function readRadiusServerSettings(given: Settings): RadiusServerSettings {
  const accounts = Object.entries((given['accounts'] ?? {}) as Readonly<Record<string, Settings>>);
  return {
    secret: readText(given, 'secret'),
    accounts: new Map(
      accounts.map(([name, account]) => {
        const { password } = account;
        return [name, { password: String(password), groups: readAddresses(account, 'groups') }];
      }),
    ),
  };
}

const usualGraceNs = 50 * nsPerMs;
const usualIntervalNs = 10 * nsPerMs;

export function readSubscriberSettings(given: Settings): SubscriberSettings {
  const next = readCredentials(given, 'next-account', 'next-password');
  return {
    credentials: readCredentials(given, 'account', 'password'),
    groups: readAddresses(given, 'groups'),
    mac: readMac(given['mac']),
    afterNs: readDuration(given, 'after', 0),
    joinNs: given['join'] === undefined ? undefined : readDuration(given, 'join', 0),
    zapNs: readDuration(given, 'zap', never),
    leaveNs: readDuration(given, 'leave', never),
    logOffNs: readDuration(given, 'log-off', never),
    forNs: readDuration(given, 'for', never),
    next: next && { ...next, atNs: readDuration(given, 'next', 0) },
    graceNs: readDuration(given, 'grace', usualGraceNs),
  };
}

function readCredentials(
  given: Settings,
  accountKey: string,
  passwordKey: string,
): Credentials | undefined {
  if (given[accountKey] === undefined) return undefined;
  return { account: readText(given, accountKey), password: readText(given, passwordKey) };
}

export function readSourceSettings(given: Settings): SourceSettings {
  return {
    groups: readAddresses(given, 'groups'),
    intervalNs: readDuration(given, 'interval', usualIntervalNs),
  };
}

function readAddresses(given: Settings, key: string): Ip[] {
  const texts = [given[key] ?? []].flat();
  const addresses = texts.flatMap((text) => parseIp(String(text)) ?? []);
  if (addresses.length === 0 || addresses.length < texts.length)
    throw wrongSetting(key, given[key]);
  return addresses;
}

function readMac(value: SettingValue | undefined): Mac | undefined {
  if (value === undefined) return undefined;
  const mac = parseMac(String(value));
  if (mac === undefined) throw wrongSetting('mac', value);
  return mac;
}

function readText(given: Settings, key: string): string {
  const value = given[key];
  if (typeof value !== 'string') throw wrongSetting(key, value);
  return value;
}

function readDuration(given: Settings, key: string, usualNs: number): number {
  const value = given[key];
  if (value === undefined) return usualNs;
  const durationNs = parseDuration(String(value));
  if (typeof durationNs !== 'number') throw wrongSetting(key, value);
  return durationNs;
}
