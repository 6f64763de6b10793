/** Over how many queues a link spreads what arrives. */
import { closeDescriptor } from './descriptor.ts';
import { addressOf, cString, read32, write32, write64 } from './layout.ts';
import { openSocket } from './socket.ts';
import { addressFamily } from './socket-address.ts';
import { bindCall, checkCall, errno, lastErrno } from './system-call.ts';

const ioctlCall = bindCall('ioctl', 'int', ['int', 'long', 'bytes']);

/** SIOCETHTOOL of linux/sockios.h, ETHTOOL_GCHANNELS of linux/ethtool.h. */
const ethtool = 0x8946;
const getChannels = 0x3c;
/** struct ifreq, then struct ethtool_channels: command 0, receiving 20, both ways 32. */
const at = { pointer: 16, channels: 40, receiving: 60, combined: 72, end: 76 } as const;

/** Of the namespace of this thread; a link that can't say has one. */
export function countReceiveQueues(linkName: string): number {
  const fd = openSocket(addressFamily.ipv4, 'datagram');
  try {
    const memory = new Uint8Array(at.end);
    memory.set(cString(linkName).subarray(0, at.pointer - 1));
    write64(memory, at.pointer, addressOf(memory) + at.channels);
    write32(memory, at.channels, getChannels);
    const result = ioctlCall(fd, ethtool, memory);
    if (result < 0 && lastErrno() === errno.EOPNOTSUPP) return 1;
    checkCall(result, 'ioctl', `SIOCETHTOOL, ${linkName}, ETHTOOL_GCHANNELS`);
    return Math.max(1, read32(memory, at.receiving) + read32(memory, at.combined));
  } finally {
    closeDescriptor(fd);
  }
}
