import { writeU16 } from '../base/bytes.ts';
import type { VirtioHeader } from '../linux/tun.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { udpOffset } from '../wire/udp.ts';

/** Where a sender left the sum to a card: the field holds that of the pseudo header (VIRTIO 1.2, 5.1.6.2). */
export function completeChecksum(
  bytes: Uint8Array,
  { checksumStart, checksumOffset }: Pick<VirtioHeader, 'checksumStart' | 'checksumOffset'>,
): void {
  const made = foldChecksum(sumWords(bytes, checksumStart, bytes.length));
  // RFC 768: of UDP, zero says that there is none.
  const written = made === 0 && checksumOffset === udpOffset.checksum ? 0xffff : made;
  writeU16(bytes, checksumStart + checksumOffset, written);
}
