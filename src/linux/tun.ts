/** TUN (IP packets) and TAP (Ethernet frames) devices, in the namespace of the thread that opens one. */
import { closeDescriptor, openDescriptor } from './descriptor.ts';
import { cString, int32Bytes, read16, readCString, write16 } from './layout.ts';
import { bindCall, checkCall } from './system-call.ts';

const ioctlCall = bindCall('ioctl', 'int', ['int', 'long', 'bytes']);
const ioctlNumberCall = bindCall('ioctl', 'int', ['int', 'long', 'long']);

/** linux/if_tun.h. */
const request = {
  setInterface: 0x4004_54ca,
  setPersistent: 0x4004_54cb,
  setOffload: 0x4004_54d0,
  setHeaderBytes: 0x4004_54d8,
  setCarrier: 0x4004_54e2,
} as const;
const flag = { tun: 1, tap: 2, noPacketInfo: 0x1000, virtioHeader: 0x4000 } as const;
const offload = { checksum: 1, tcpV4: 2, tcpV6: 4 } as const;

/** struct ifreq of linux/if.h: the name, then the flags. */
const interfaceRequest = { bytes: 40, nameRoom: 16, flags: 16 } as const;
/** struct virtio_net_hdr of linux/virtio_net.h, without the count of buffers. */
export const virtioHeaderBytes = 10;

export interface TunOptions {
  /** At most 15 characters; a `%d` in it becomes a number that is free. */
  readonly name: string;
  readonly kind: 'tun' | 'tap';
  /** Each packet has a virtio header before it, and may be a segment of up to 64 KiB. */
  readonly virtioHeader?: boolean;
}

export class TunDevice implements Disposable {
  readonly fd: number;
  readonly name: string;

  private constructor(fd: number, name: string) {
    this.fd = fd;
    this.name = name;
  }

  /** It goes when it is closed. */
  static open({ name, kind, virtioHeader = false }: TunOptions): TunDevice {
    const fd = openDescriptor('/dev/net/tun');
    const asked = new Uint8Array(interfaceRequest.bytes);
    asked.set(cString(name).subarray(0, interfaceRequest.nameRoom - 1));
    const extra = virtioHeader ? flag.virtioHeader : 0;
    write16(asked, interfaceRequest.flags, flag[kind] | flag.noPacketInfo | extra);
    try {
      checkCall(ioctlCall(fd, request.setInterface, asked), 'ioctl', `TUNSETIFF, ${name}`);
      if (virtioHeader) allowSegments(fd);
    } catch (error) {
      closeDescriptor(fd);
      throw error;
    }
    return new TunDevice(fd, readCString(asked, 0, interfaceRequest.nameRoom));
  }

  setCarrier(up: boolean): void {
    const value = int32Bytes(up ? 1 : 0);
    checkCall(
      ioctlCall(this.fd, request.setCarrier, value),
      'ioctl',
      `TUNSETCARRIER, ${this.name}`,
    );
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.fd);
  }
}

/** It stays when it is closed, for somebody else to open; it goes with its namespace, or when it is removed. */
export function keepDevice({ fd }: TunDevice): void {
  checkCall(ioctlNumberCall(fd, request.setPersistent, 1), 'ioctl', 'TUNSETPERSIST');
}

function allowSegments(fd: number): void {
  const header = int32Bytes(virtioHeaderBytes);
  checkCall(ioctlCall(fd, request.setHeaderBytes, header), 'ioctl', 'TUNSETVNETHDRSZ');
  const all = offload.checksum | offload.tcpV4 | offload.tcpV6;
  checkCall(ioctlNumberCall(fd, request.setOffload, all), 'ioctl', 'TUNSETOFFLOAD');
}

/** What a virtio header says (VIRTIO 1.2, 5.1.6): of a whole packet with a checksum, all zeros. */
export interface VirtioHeader {
  /** The checksum must still be made: over all from `checksumStart`, into `checksumStart + checksumOffset`. */
  readonly needsChecksum: boolean;
  /** 0: no segment, and `segmentBytes` says nothing. */
  readonly segmentType: number;
  readonly headerBytes: number;
  readonly segmentBytes: number;
  readonly checksumStart: number;
  readonly checksumOffset: number;
}

export function readVirtioHeader(bytes: Uint8Array, at: number): VirtioHeader {
  return {
    needsChecksum: (bytes[at]! & 1) !== 0,
    segmentType: bytes[at + 1]!,
    headerBytes: read16(bytes, at + 2),
    segmentBytes: read16(bytes, at + 4),
    checksumStart: read16(bytes, at + 6),
    checksumOffset: read16(bytes, at + 8),
  };
}

export function writeVirtioHeader(bytes: Uint8Array, at: number, header: VirtioHeader): void {
  bytes[at] = header.needsChecksum ? 1 : 0;
  bytes[at + 1] = header.segmentType;
  write16(bytes, at + 2, header.headerBytes);
  write16(bytes, at + 4, header.segmentBytes);
  write16(bytes, at + 6, header.checksumStart);
  write16(bytes, at + 8, header.checksumOffset);
}
