/**
 * What unmodified applications have as their addresses on a node whose interfaces belong to a stack of
 * our own. They are the same on every node, for nobody outside of it sees them: IPv4's is of the prefix
 * that is set aside for that (RFC 7335), IPv6's of one that is ours alone (RFC 4193).
 */
import type { Prefix } from '../../src/base/prefix.ts';
import { parsePrefix } from '../../src/base/prefix.ts';

export const applicationAddresses: readonly Prefix[] = [
  parsePrefix('192.0.0.2/32')!,
  parsePrefix('fd72:6f70:6577::2/128')!,
];

/** The device that applications send by. */
export const applicationDevice = 'applications';
