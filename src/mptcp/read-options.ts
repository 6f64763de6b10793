/** MPTCP's options of a segment that came. What is malformed is as if it were not there (RFC 9293 3.1). */
import type { ArrivedSegment } from '../tcp/arrived-segment.ts';
import { isMalformed } from '../wire/malformed.ts';
import type { MptcpOption } from '../wire/mptcp.ts';
import { parseMptcp } from '../wire/mptcp-parse.ts';

const none: readonly MptcpOption[] = [];

export function optionsOf(segment: ArrivedSegment): readonly MptcpOption[] {
  if (segment.multipathCount === 0) return none;
  const options: MptcpOption[] = [];
  for (let each = 0; each < segment.multipathCount; each++) {
    const at = segment.multipathAt[each]!;
    const option = parseMptcp(segment.bytes, at, at + segment.bytes[at + 1]!);
    if (!isMalformed(option)) options.push(option);
  }
  return options;
}
