/** Makes the kernel deaf and dumb on a device that a stack of ours owns. */
import { writeFileSync } from 'node:fs';
import { setOffloads } from '../../linux/link-offload.ts';
import { errno } from '../../linux/system-call.ts';

/**
 * The kernel has no address there, but it has others (of a TUN device, of `lo`), for which it would answer
 * ARP, and take packets in. 8: it answers for none (Documentation/networking/ip-sysctl.rst); a packet
 * whose way back leads elsewhere is dropped.
 */
const settingsOf = (device: string) =>
  ({
    [`ipv4/conf/${device}/arp_ignore`]: 8,
    [`ipv4/conf/${device}/rp_filter`]: 1,
    [`ipv4/conf/${device}/forwarding`]: 0,
    [`ipv6/conf/${device}/disable_ipv6`]: 1,
  }) as const;

/** In the namespace of this thread. */
export function quietDevice(device: string): void {
  for (const [name, value] of Object.entries(settingsOf(device))) writeSetting(name, value);
  setOffloads(device, false);
}

/** A setting that a kernel without IPv6 does not have needs no change. */
function writeSetting(name: string, value: number): void {
  try {
    writeFileSync(`/proc/sys/net/${name}`, String(value));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).errno !== -errno.ENOENT) throw error;
  }
}
