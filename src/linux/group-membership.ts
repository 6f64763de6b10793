/** Membership of a group, as a socket asks its kernel for it: by MCAST_JOIN_GROUP of linux/in.h (RFC 3678 5.1). */
import { type Ip, isIpv4, writeIp } from '../base/address.ts';
import { write16, write32 } from './layout.ts';
import { openSocket, type SocketOption, setOption } from './socket.ts';
import { addressFamily } from './socket-address.ts';

const joinGroupOption = 42;
const joinSourceOption = 46;
/** IPPROTO_IP, IPPROTO_IPV6. */
const levels = { ipv4: 0, ipv6: 41 } as const;
/** sockaddr_storage. */
const storageBytes = 128;

/** In the namespace of this thread. The kernel leaves the group when the descriptor that it returns is closed. */
export function joinGroup(interfaceIndex: number, group: Ip, source?: Ip): number {
  const family = isIpv4(group) ? 'ipv4' : 'ipv6';
  const fd = openSocket(addressFamily[family], 'datagram');
  const option: SocketOption = [
    levels[family],
    source === undefined ? joinGroupOption : joinSourceOption,
  ];
  const addresses = [group, ...(source === undefined ? [] : [source])];
  setOption(fd, option, groupRequest(interfaceIndex, addresses));
  return fd;
}

/** struct group_req, group_source_req: the interface, then each address in 128 bytes. */
function groupRequest(interfaceIndex: number, addresses: readonly Ip[]): Uint8Array {
  const bytes = new Uint8Array(8 + storageBytes * addresses.length);
  write32(bytes, 0, interfaceIndex);
  for (const [index, address] of addresses.entries()) {
    const at = 8 + index * storageBytes;
    write16(bytes, at, isIpv4(address) ? addressFamily.ipv4 : addressFamily.ipv6);
    writeIp(bytes, at + (isIpv4(address) ? 4 : 8), address);
  }
  return bytes;
}
