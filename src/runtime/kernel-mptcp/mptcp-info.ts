/** What the kernel says of an MPTCP socket: struct mptcp_info of linux/mptcp.h. */

import { read32 } from '../../linux/layout.ts';
import { getOptionBytes, socketOption } from '../../linux/socket.ts';

const offset = { subflows: 0, flags: 8, checksum: 42, bytesReceived: 64, bytes: 96 } as const;
const fallbackFlag = 1;

export interface MptcpInfo {
  /** Beside the first. */
  readonly subflows: number;
  readonly isFallback: boolean;
  readonly usesChecksum: boolean;
}

export function mptcpInfoOf(fd: number): MptcpInfo {
  const bytes = new Uint8Array(offset.bytes);
  getOptionBytes(fd, socketOption.mptcpInfo, bytes);
  return {
    subflows: bytes[offset.subflows]!,
    isFallback: (read32(bytes, offset.flags) & fallbackFlag) !== 0,
    usesChecksum: bytes[offset.checksum] !== 0,
  };
}
