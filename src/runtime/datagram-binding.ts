/** UDP sockets as the contract binds them, with all that the kernel shall say beside a datagram. */
import {
  anyIpv4,
  anyIpv6,
  type Endpoint,
  familyOf,
  formatIp,
  isUnspecified,
} from '../base/address.ts';
import { FaultError } from '../base/errors.ts';
import type { DatagramOptions } from '../host/host.ts';
import { closeDescriptor } from '../linux/descriptor.ts';
import {
  bindSocket,
  bindToInterface,
  enlargeReceiveBuffer,
  enlargeSendBuffer,
  mtuDiscovery,
  openSocket,
  setOption,
  socketOption,
} from '../linux/socket.ts';
import { addressFamily } from '../linux/socket-address.ts';
import { errno, SystemCallError } from '../linux/system-call.ts';
import type { HostOwner } from './host-owner.ts';

/** In the namespace of this thread. */
export function openBoundSocket(host: HostOwner, options: DatagramOptions): number {
  const { family, address = family === 4 ? anyIpv4 : anyIpv6, port = 0 } = options;
  const number = family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
  const fd = openSocket(number, 'datagram');
  try {
    prepare(fd, options);
    const scope = host.interfaces.find(options.interface ?? '')?.index ?? 0;
    const failed =
      familyOf(address) === family ? bindSocket(fd, { address, port }, scope) : errno.EADDRNOTAVAIL;
    if (failed !== undefined) throw bindError(host, 'UDP', { address, port }, failed);
    return fd;
  } catch (error) {
    closeDescriptor(fd);
    throw error;
  }
}

/** Ten thousand datagrams a second for a tenth of a second: so long a program may wait for its processor. */
const queuedBytes = 4_194_304;

const asked = {
  4: [socketOption.ipPacketInfo, socketOption.ipReceiveTtl, socketOption.ipReceiveErrors],
  6: [
    socketOption.ipv6Only,
    socketOption.ipv6ReceivePacketInfo,
    socketOption.ipv6ReceiveHopLimit,
    socketOption.ipv6ReceiveErrors,
  ],
} as const;

function prepare(fd: number, { family, interface: name }: DatagramOptions): void {
  for (const option of asked[family]) setOption(fd, option, 1);
  setOption(fd, socketOption.broadcast, 1);
  setOption(fd, socketOption.udpJoin, 1);
  enlargeReceiveBuffer(fd, queuedBytes);
  enlargeSendBuffer(fd, queuedBytes);
  if (family === 4) setOption(fd, socketOption.ipMtuDiscover, mtuDiscovery.off);
  else setOption(fd, socketOption.ipv6MtuDiscover, mtuDiscovery.off);
  if (name !== undefined) bindToInterface(fd, name);
}

export function bindError(
  host: HostOwner,
  protocol: 'UDP' | 'TCP',
  local: Endpoint,
  reason: number,
): Error {
  const { port } = local;
  const address = isUnspecified(local.address) ? 'any address' : formatIp(local.address);
  const code = bindErrorCode(reason, port);
  if (code === undefined) return new SystemCallError('bind', reason, `${address}, port ${port}`);
  return new FaultError({
    code,
    message: `${host.node} can't bind ${protocol} port ${port} of ${address}: ${code.replaceAll('-', ' ')}`,
    hint: 'give the program another port, or the node the address',
  });
}

function bindErrorCode(reason: number, port: number): string | undefined {
  if (reason === errno.EADDRNOTAVAIL) return 'not-our-address';
  if (reason !== errno.EADDRINUSE) return undefined;
  return port === 0 ? 'no-free-port' : 'address-in-use';
}
