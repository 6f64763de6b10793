/**
 * A lease on an interface whose address the kernel has. The ring is a tap: the kernel sees the frames as
 * well, and would answer a port that nobody has with a reset or an ICMP error. So the port is held by
 * a socket of the kernel's whose filter drops all that comes. Then the kernel stays silent, and nobody
 * else may bind the port.
 */
import { anyIpv4, anyIpv6 } from '../base/address.ts';
import { FaultError } from '../base/errors.ts';
import type { Lease } from '../host/host.ts';
import { closeDescriptor } from '../linux/descriptor.ts';
import {
  attachFilter,
  bindSocket,
  bindToInterface,
  listenSocket,
  openSocket,
  setOption,
  socketOption,
} from '../linux/socket.ts';
import { addressFamily } from '../linux/socket-address.ts';
import { errno, SystemCallError } from '../linux/system-call.ts';

const dropEverything = [{ code: 0x06, operand: 0 }];

/** In the namespace of this thread; the descriptors hold the leases until they are closed. */
export function holdLeases(interfaceName: string, leases: readonly Lease[]): number[] {
  const held: number[] = [];
  try {
    for (const lease of leases) {
      for (const family of [4, 6] as const) held.push(...hold(interfaceName, lease, family));
    }
    return held;
  } catch (error) {
    for (const fd of held) closeDescriptor(fd);
    throw error;
  }
}

function hold(interfaceName: string, { protocol, port }: Lease, family: 4 | 6): number[] {
  const number = family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
  const fd = openSocket(number, protocol === 'udp' ? 'datagram' : 'stream');
  try {
    attachFilter(fd, dropEverything);
    if (family === 6) setOption(fd, socketOption.ipv6Only, 1);
    bindToInterface(fd, interfaceName);
    const failed = bindSocket(fd, { address: family === 4 ? anyIpv4 : anyIpv6, port });
    if (failed !== undefined) throw refusal(failed, interfaceName, { protocol, port });
    if (protocol === 'tcp') listenSocket(fd, 1);
    return [fd];
  } catch (error) {
    closeDescriptor(fd);
    throw error;
  }
}

function refusal(reason: number, interfaceName: string, { protocol, port }: Lease): Error {
  if (reason !== errno.EADDRINUSE)
    return new SystemCallError('bind', reason, `${protocol} ${port}`);
  return new FaultError({
    code: 'address-in-use',
    message: `can't lease ${protocol} port ${port} of ${interfaceName}: somebody has it`,
    hint: 'lease another port, or end the program that has it: ss -lnp',
  });
}
