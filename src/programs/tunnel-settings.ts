/** What the plan hands to a terminal and to its proxy. */
import { parseIp } from '../base/address.ts';
import { type Prefix, parsePrefix } from '../base/prefix.ts';
import type { Settings, SettingValue } from '../host/program.ts';
import { type StreamCongestion, streamCongestions, streamTransports } from '../host/stream.ts';
import { tunnelKeyOf } from '../tunnel/credentials.ts';
import type { FlowPolicies } from '../tunnel/flow-policy.ts';
import type { ProxyOptions } from '../tunnel/proxy.ts';
import type { TerminalOptions } from '../tunnel/terminal.ts';
import { wrongSetting } from './flow-settings.ts';

/** Packets of one flow keep to one of them. */
const defaultLanes = 2;

export function readTerminalSettings(settings: Settings): TerminalOptions {
  const { addresses, routes, via, links, congestion } = settings;
  return {
    addresses: prefixesOf('addresses', addresses),
    routes: prefixesOf('routes', routes),
    proxy: via === undefined || via === null ? undefined : readPlace(settings),
    links: listOf(links).map(String),
    congestion: readCongestion(congestion),
    traced: settings['traced'] === true,
  };
}

export function readProxySettings(settings: Settings): ProxyOptions {
  return {
    port: readPort(settings),
    key: readKey(settings),
    transport: readTransport(settings),
    networks: prefixesOf('networks', settings['networks']),
    traced: settings['traced'] === true,
  };
}

function readPlace(settings: Settings): NonNullable<TerminalOptions['proxy']> {
  const port = readPort(settings);
  const endpoints = listOf(settings['via']).map((text) => {
    const address = typeof text === 'string' ? parseIp(text) : undefined;
    if (address === undefined) throw wrongSetting('via', text);
    return { address, port };
  });
  const lanes = settings['lanes'] ?? defaultLanes;
  if (typeof lanes !== 'number') throw wrongSetting('lanes', lanes);
  return {
    ...{ endpoints, key: readKey(settings), transport: readTransport(settings), lanes },
    policies: readPolicies(settings),
  };
}

function readPolicies({ duplicate, pin }: Settings): FlowPolicies {
  const pins = typeof pin === 'object' && pin !== null && !Array.isArray(pin) ? pin : {};
  return {
    duplicate: listOf(duplicate).map(Number),
    pin: Object.fromEntries(
      Object.entries(pins).map(([link, ports]) => [link, listOf(ports).map(Number)]),
    ),
  };
}

function readTransport({ transport }: Settings): ProxyOptions['transport'] {
  if (transport === undefined) return 'mptcp';
  const found = streamTransports.find((known) => known === transport);
  if (found === undefined) throw wrongSetting('transport', transport);
  return found;
}

function readKey({ key }: Settings): Uint8Array {
  if (typeof key !== 'string' || key === '') throw wrongSetting('key', key);
  return tunnelKeyOf(key);
}

function readPort({ port }: Settings): number {
  if (typeof port !== 'number' || port < 1 || port > 65_535) throw wrongSetting('port', port);
  return port;
}

function readCongestion(given: SettingValue | undefined): StreamCongestion | undefined {
  if (given === undefined || given === null) return undefined;
  const congestion = streamCongestions.find((known) => known === given);
  if (congestion === undefined) throw wrongSetting('congestion', given);
  return congestion;
}

function prefixesOf(name: string, given: SettingValue | undefined): Prefix[] {
  return listOf(given).map((text) => {
    const prefix = typeof text === 'string' ? parsePrefix(text) : undefined;
    if (prefix === undefined) throw wrongSetting(name, text);
    return prefix;
  });
}

function listOf(given: SettingValue | undefined): readonly SettingValue[] {
  if (given === undefined || given === null) return [];
  return Array.isArray(given) ? given : [given as SettingValue];
}
