/** Says whether and how soon a peer can be reached directly: one `punch.result`, without an interface or traffic. */
import type { StartProgram } from '../host/program.ts';
import { PeerDaemon } from './peer-daemon.ts';
import { readPeerSettings, readWaitNs } from './relay-settings.ts';

export const startPunchProbe: StartProgram = (host, given) => {
  const waitNs = readWaitNs(given);
  let isOver = false;
  const finish = (result: Readonly<Record<string, string | number | null>>): void => {
    if (isOver) return;
    isOver = true;
    host.records.record('punch.result', result);
    host.lifecycle.finish();
  };
  const daemon: PeerDaemon = new PeerDaemon(host, readPeerSettings(given), {
    hasInterface: false,
    onRecord: (kind, { peer, afterNs, rttNs, source }) => {
      if (kind !== 'punch.established') return;
      const [after, rtt] = [Number(afterNs), Number(rttNs)];
      finish({
        peer: String(peer),
        outcome: 'direct',
        afterNs: after,
        rttNs: rtt,
        source: String(source),
      });
    },
    // The relay has just answered: what follows from it comes first.
    onReady: () => void host.clock.after(0, () => daemon.reach()),
  });
  const none = { peer: null, outcome: 'relay', afterNs: null, rttNs: null, source: null };
  const timer = host.clock.after(waitNs, () => finish(none));
  return {
    stop: () => {
      timer.cancel();
      daemon.stop();
    },
  };
};
