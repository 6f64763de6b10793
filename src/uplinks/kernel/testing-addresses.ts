/** Where the far machine of tests is found. */
import { parseIp } from '../../base/address.ts';

export const farAddresses = { 4: parseIp('9.9.9.9')!, 6: parseIp('2001:db8:9::9')! } as const;
export const farPorts = { udp: 7, tcp: 8, mptcp: 9 } as const;
