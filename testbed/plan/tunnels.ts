/** What terminals and proxies are not told by the scenario: their ports, their key, the inner addresses. */
import { parseIp } from '../../src/base/address.ts';
import type { Prefix } from '../../src/base/prefix.ts';
import { formatPrefix, hostAt, parsePrefix, widthOf } from '../../src/base/prefix.ts';
import type { Settings, SettingValue } from '../../src/host/program.ts';
import type { ProgramModel } from '../schema/model.ts';

/** RFC 1918 and RFC 4193; none of the networks that the plan gives to links. */
const innerNetworks: readonly Prefix[] = [
  parsePrefix('172.31.0.0/16')!,
  parsePrefix('fd72:6f70:6577:1::/64')!,
];
/** Each half of the world: before any default route, behind what is nearer. */
const everywhere = ['0.0.0.0/1', '128.0.0.0/1', '::/1', '8000::/1'];
const defaultPort = 7_443;

/** By the program's name; what is written in the scenario counts. */
export function completeTunnels(
  scenario: string,
  programs: readonly ProgramModel[],
): ProgramModel[] {
  const terminals = programs.filter(({ run }) => run === 'terminal');
  return programs.map((program) => {
    if (program.run === 'proxy') return withSettings(program, commonSettings(scenario));
    if (program.run !== 'terminal') return program;
    const number = terminals.indexOf(program) + 1;
    const { via } = program.with;
    return withSettings(program, {
      ...(via === undefined ? {} : commonSettings(scenario)),
      ...(isName(via) && { via: { node: via } }),
      addresses: innerNetworks.map((network) => addressText(network, number)),
      routes: everywhere,
    });
  });
}

function isName(via: SettingValue | undefined): via is string {
  return typeof via === 'string' && parseIp(via) === undefined;
}

/** A run's own key, where the scenario names none. */
function commonSettings(scenario: string): Settings {
  return { port: defaultPort, key: `of ${scenario}` };
}

function withSettings(program: ProgramModel, settings: Settings): ProgramModel {
  const { via } = settings;
  return { ...program, with: { ...settings, ...program.with, ...(via !== undefined && { via }) } };
}

function addressText(network: Prefix, number: number): string {
  const address = hostAt(network, number);
  return formatPrefix({ address, length: widthOf(address) });
}
