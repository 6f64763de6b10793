/** The access switch of a real lab: a bridge of the kernel, a hostapd a port, and the controller between them. */

import { FaultError } from '../../base/errors.ts';
import { contains } from '../../base/prefix.ts';
import type { InterfaceInfo } from '../../host/host.ts';
import type { RunningProgram } from '../../host/program.ts';
import { defaultSettings } from '../../multicast/settings.ts';
import { readSwitchSettings, type SwitchSettings } from '../../programs/access-settings.ts';
import { isLink } from '../../programs/first-link.ts';
import type { RealHost } from '../../runtime/real-host.ts';
import { AccessController } from '../controller.ts';
import { raisePlainBridge } from '../plain-bridge.ts';
import type { AccessSettings } from '../settings.ts';
import { ownFolder } from './own-folder.ts';
import type { PrepareProgram } from './prepared-program.ts';

export const prepareAccessSwitch: PrepareProgram = async (host, given) => {
  const settings = readSwitchSettings(given);
  return () => (settings.isPlain ? startPlainly(host, settings) : startGate(host, settings));
};

/** The bridge and its hostapd go with the node: a port that is set down before would be taken for a rig that loses frames. */
function startGate(host: RealHost, settings: SwitchSettings): RunningProgram {
  const controller = new AccessController(host, host.loop, accessSettingsOf(host, settings));
  return { stop: () => controller.close() };
}

function startPlainly(host: RealHost, settings: SwitchSettings): RunningProgram {
  raisePlainBridge([...settings.ports.map(({ name }) => name), ...uplinksOf(host, settings)]);
  host.lifecycle.ready();
  return { stop: () => {} };
}

function accessSettingsOf(host: RealHost, settings: SwitchSettings): AccessSettings {
  const { ports, server: address, secret } = settings;
  const server = { name: 'radius', address, secret, accessPort: 1_812, accountingPort: 1_813 };
  return {
    ports,
    uplinks: uplinksOf(host, settings),
    servers: [server],
    firstServers: {},
    folder: ownFolder(host.node, 'gate'),
    timing: defaultSettings,
    reauthenticationSeconds: 3_600,
  };
}

/** What is neither a subscriber's nor the way to the server, whose address a port of a bridge would lose. */
function uplinksOf({ node, interfaces }: RealHost, { ports, server }: SwitchSettings): string[] {
  const isPort = ({ name }: InterfaceInfo) => ports.some((port) => port.name === name);
  const others = interfaces.list().filter((one) => isLink(one) && !isPort(one));
  const leads = ({ addresses }: InterfaceInfo) => addresses.some((one) => contains(one, server));
  if (others.some(leads)) return others.filter((one) => !leads(one)).map(({ name }) => name);
  throw new FaultError({
    code: 'access-settings',
    message: `no link of ${node} leads to its RADIUS server alone`,
    hint: 'give the server a link of its own to the switch',
  });
}
