/** What a host sends to join groups and to leave them: IGMPv3 and MLDv2 (RFC 3376 4.2, RFC 3810 5.2). */
import { anyIpv4, type Ip, isIpv4, parseIpv4, parseIpv6 } from '../base/address.ts';
import type { Mac } from '../base/mac.ts';
import type { GroupChange } from '../wire/group-record.ts';
import { wrapIgmp, wrapMld } from './group-message-frame.ts';
import { linkLocalOf } from './link-local.ts';

/** RFC 3376 4.2.14, RFC 3810 5.2.14: whoever listens for reports. */
const allIgmpv3Routers = parseIpv4('224.0.0.22')!;
const allMldv2Routers = parseIpv6('ff02::16')!;

export function buildWish(from: Mac, group: Ip, change: GroupChange): Uint8Array {
  const records = [{ change, group, sources: [] }];
  const message = { kind: 'report-v3', records } as const;
  if (isIpv4(group)) return wrapIgmp(from, anyIpv4, allIgmpv3Routers, message);
  return wrapMld(from, linkLocalOf(from), allMldv2Routers, { kind: 'report-v2', records });
}
