/** A relay for peers: it passes what they sealed, and tells each where the other is seen. */
import { type Endpoint, familyOf } from '../base/address.ts';
import { nsPerSecond } from '../base/time.ts';
import type { DatagramSocket, Host } from '../host/host.ts';
import type { StartProgram } from '../host/program.ts';
import { identityOf, labRelayName, tokenOf } from '../punch/identity.ts';
import {
  advanceRelay,
  createRelay,
  type Relay,
  type RelaySink,
  receiveAtRelay,
} from '../punch/relay.ts';
import { readRelaySettings } from './relay-settings.ts';

const sweepNs = 10 * nsPerSecond;
const lifetimeNs = 60 * nsPerSecond;
const mostClients = 100_000;

export const startRelay: StartProgram = (host, given) => {
  const { place, token, limits } = readRelaySettings(given);
  const relay = createRelay({
    tokens: [{ ...tokenOf(token), ...limits }],
    keys: identityOf(labRelayName),
    ...{ lifetimeNs, mostClients },
  });
  const sockets: DatagramSocket[] = [];
  const sink: RelaySink = {
    transmit: (socket, to, bytes) => void sockets[socket]?.send(bytes, to),
    record: (kind, fields) => host.records.record(kind, fields),
  };
  for (const [index, endpoint] of [place.main, place.alternate!].entries()) {
    sockets.push(listen(host, relay, index, endpoint, sink));
  }
  const stopSweeping = sweep(host, relay);
  host.lifecycle.ready();
  return {
    stop: () => {
      stopSweeping();
      tellCounts(host, relay);
      for (const socket of sockets) socket.close();
    },
  };
};

function listen(
  host: Host,
  relay: Relay,
  index: number,
  { address, port }: Endpoint,
  sink: RelaySink,
): DatagramSocket {
  return host.openDatagramSocket(
    { family: familyOf(address), address, port },
    {
      received: ({ from, payload }) =>
        receiveAtRelay(relay, host.clock.nowNs(), index, from, payload, sink),
    },
  );
}

function sweep(host: Host, relay: Relay): () => void {
  const next = () => host.clock.after(sweepNs, onTime);
  const onTime = () => {
    advanceRelay(relay, host.clock.nowNs());
    timer = next();
  };
  let timer = next();
  return () => timer.cancel();
}

/** What it passed while it ran: after a switch these numbers stand still. */
function tellCounts(host: Host, { relayed, clients }: Relay): void {
  host.records.record('relay.counts', { ...relayed, clients: clients.size });
}
