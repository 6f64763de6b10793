/** Returns each datagram to its sender, from the address that it was sent to. */
import type { DatagramSocket, Host } from '../host/host.ts';
import type { StartProgram } from '../host/program.ts';
import { wrongSetting } from './flow-settings.ts';

export const startEcho: StartProgram = (host, settings) => {
  const { port } = settings;
  if (typeof port !== 'number') throw wrongSetting('port', port);
  const sockets = ([4, 6] as const).map((family) => openEcho(host, family, port));
  host.lifecycle.ready();
  return {
    stop: () => {
      for (const socket of sockets) socket.close();
    },
  };
};

function openEcho(host: Host, family: 4 | 6, port: number): DatagramSocket {
  const socket: DatagramSocket = host.openDatagramSocket(
    { family, port },
    {
      received: ({ from, to, payload }) => void socket.send(payload, from, { source: to.address }),
    },
  );
  return socket;
}
