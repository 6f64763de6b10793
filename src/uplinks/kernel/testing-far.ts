/** The far machine of tests: answers each datagram and each line with the address that it came from. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { anyIpv6 } from '../../base/address.ts';
import { bindSocket, listenSocket, openSocket } from '../../linux/socket.ts';
import { addressFamily } from '../../linux/socket-address.ts';
import { farPorts } from './testing-addresses.ts';

/** Its applications are heard on, whatever one of them did. */
function tell(what: string): void {
  process.stderr.write(`the far machine: ${what}\n`);
}

for (const type of ['udp4', 'udp6'] as const) {
  const socket = createSocket({ type, ipv6Only: type === 'udp6' });
  socket.on('message', (_, { address, port }) => {
    if (port === 0) tell(`${address} said something from port 0, where nobody hears an answer`);
    else socket.send(`${address} ${port}`, port, address, (error) => error && tell(error.message));
  });
  // Answers leave from the address that was asked.
  socket.bind(farPorts.udp, type === 'udp4' ? '9.9.9.9' : '2001:db8:9::9');
  await once(socket, 'listening');
}

function serve(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  const lines = createInterface({ input: socket });
  lines.on('error', () => undefined);
  lines.on('line', () => {
    socket.write(`${socket.remoteAddress?.replace('::ffff:', '')} ${socket.remotePort}\n`);
  });
}

const server = createServer(serve).listen(farPorts.tcp, '::');
await once(server, 'listening');

const mptcp = 262;
try {
  const fd = openSocket(addressFamily.ipv6, 'stream', mptcp);
  bindSocket(fd, { address: anyIpv6, port: farPorts.mptcp });
  listenSocket(fd, 16);
  await once(createServer(serve).listen({ fd }), 'listening');
} catch {
  // A kernel without it: nobody will ask.
}
process.stdout.write('ready\n');
process.stdin.resume().on('end', () => process.exit());
