/** The virtual interface's daemon as a service: it runs until it is stopped. */
import type { StartProgram } from '../host/program.ts';
import { PeerDaemon } from './peer-daemon.ts';
import { readPeerSettings } from './relay-settings.ts';

export const startPeer: StartProgram = (host, given) => {
  const daemon = new PeerDaemon(host, readPeerSettings(given), {
    hasInterface: true,
    onReady: () => host.lifecycle.ready(),
  });
  return { stop: () => daemon.stop() };
};
