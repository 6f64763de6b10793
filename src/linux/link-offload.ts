/**
 * What a link leaves to its card: checksums, the cutting of segments, the joining of those that arrive.
 * A stack of ours, or a hub that counts wire-size frames, has it all off, on both ends of a veth.
 */
import { closeDescriptor } from './descriptor.ts';
import { addressOf, cString, write32, write64 } from './layout.ts';
import { openSocket } from './socket.ts';
import { addressFamily } from './socket-address.ts';
import { bindCall, checkCall, errno, lastErrno } from './system-call.ts';

const ioctlCall = bindCall('ioctl', 'int', ['int', 'long', 'bytes']);

/** SIOCETHTOOL of linux/sockios.h, and the commands of linux/ethtool.h that set one feature each. */
const ethtool = 0x8946;
const feature = {
  receiveChecksum: 0x15,
  transmitChecksum: 0x17,
  scatterGather: 0x19,
  tcpSegmentation: 0x1f,
  segmentation: 0x24,
  receiveJoining: 0x2c,
} as const;

/** struct ifreq: the name, then a pointer to struct ethtool_value (command, value), here right behind it. */
const at = { pointer: 16, command: 40, value: 44, end: 48 } as const;

/** Of the namespace of this thread. What a link has no say in stays as it is. */
export function setOffloads(linkName: string, on: boolean): void {
  const fd = openSocket(addressFamily.ipv4, 'datagram');
  try {
    for (const [name, command] of Object.entries(feature))
      setFeature(fd, linkName, name, command, on);
  } finally {
    closeDescriptor(fd);
  }
}

function setFeature(fd: number, link: string, name: string, command: number, on: boolean): void {
  const memory = new Uint8Array(at.end);
  memory.set(cString(link).subarray(0, at.pointer - 1));
  write64(memory, at.pointer, addressOf(memory) + at.command);
  write32(memory, at.command, command);
  write32(memory, at.value, on ? 1 : 0);
  const result = ioctlCall(fd, ethtool, memory);
  if (result < 0 && lastErrno() === errno.EOPNOTSUPP) return;
  checkCall(result, 'ioctl', `SIOCETHTOOL, ${link}, ${name} ${on ? 'on' : 'off'}`);
}
