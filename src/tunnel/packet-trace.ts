/** System 2.0: what goes into a tunnel and what comes out, packet by packet. The packet itself is the cause that both tell. */
import { formatIp } from '../base/address.ts';
import { crc32 } from '../base/crc32.ts';
import type { Host } from '../host/host.ts';
import { addressIn } from '../ip/packet-address.ts';

export function tracePacket(
  { records }: Pick<Host, 'records'>,
  kind: 'tunnel.ip-in' | 'tunnel.ip-out',
  packet: Uint8Array,
): void {
  records.record(kind, {
    packet: crc32(packet, 0, packet.length),
    bytes: packet.length,
    from: formatIp(addressIn(packet, 'source')),
    to: formatIp(addressIn(packet, 'destination')),
  });
}
