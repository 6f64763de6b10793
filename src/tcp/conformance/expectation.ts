/** Whether a segment is what a line of a script says. Words that the line leaves out are not looked at. */
import { describeTcpFlags, tcpFlag } from '../../wire/tcp.ts';
import type { TcpOption } from '../../wire/tcp-options.ts';
import type { OptionName, SegmentWords } from './segment-words.ts';
import { payloadOf, type SeenSegment } from './wire-side.ts';

/** PSH is advice (RFC 9293 3.9.1.2): no case is about it. */
const flagsLookedAt = 0xff & ~tcpFlag.psh;

export function whyNot(words: SegmentWords, seen: SeenSegment): string | undefined {
  const lookedAt = flagsLookedAt & ~words.optionalFlags;
  if ((seen.header.flags & lookedAt) !== (words.flags & lookedAt))
    return `it is ${describeTcpFlags(seen.header.flags)}`;
  return whyNotNumbers(words, seen) ?? whyNotPayload(seen) ?? whyNotOptions(words, seen);
}

function whyNotNumbers(words: SegmentWords, seen: SeenSegment): string | undefined {
  if (words.sequence !== undefined && words.sequence !== seen.sequence)
    return `its seq is ${seen.sequence}`;
  if (words.acknowledgment !== undefined && words.acknowledgment !== seen.acknowledgment) {
    return `its ack is ${seen.acknowledgment}`;
  }
  if (words.lengthBytes !== undefined && words.lengthBytes !== seen.payload.length) {
    return `its len is ${seen.payload.length}`;
  }
  if (words.window === 'some' && seen.window === 0) return 'its win is 0';
  if (typeof words.window === 'number' && words.window !== seen.window)
    return `its win is ${seen.window}`;
  if (words.ecnField !== undefined && words.ecnField !== seen.ecnField) {
    return `its ECN field is ${seen.ecnField}`;
  }
  return undefined;
}

/** Whatever it carries is what the user wrote there. A zero-window or keep-alive probe may carry one byte before. */
function whyNotPayload(seen: SeenSegment): string | undefined {
  if (seen.sequence < 1) return undefined;
  const expected = payloadOf(seen.sequence, seen.payload.length);
  const at = seen.payload.findIndex((byte, index) => byte !== expected[index]);
  return at < 0 ? undefined : `its byte ${at} is not what was written`;
}

function whyNotOptions(words: SegmentWords, seen: SeenSegment): string | undefined {
  for (const name of words.without) {
    if (findOption(seen, name) !== undefined) return `it has the option ${name}`;
  }
  return whyNotNumbered(words, seen) ?? whyNotStamped(words, seen) ?? whyNotSacked(words, seen);
}

function whyNotNumbered(words: SegmentWords, seen: SeenSegment): string | undefined {
  const mss = findOption(seen, 'mss');
  if (words.mssBytes !== undefined && mss === undefined) return 'it has no mss';
  if (
    typeof words.mssBytes === 'number' &&
    (mss as { mssBytes: number }).mssBytes !== words.mssBytes
  ) {
    return `its mss is ${(mss as { mssBytes: number }).mssBytes}`;
  }
  if (words.windowShift !== undefined && findOption(seen, 'ws') === undefined)
    return 'it has no ws';
  if (words.sackPermitted && findOption(seen, 'sack-ok') === undefined) return 'it has no sack-ok';
  return undefined;
}

function whyNotStamped(words: SegmentWords, seen: SeenSegment): string | undefined {
  const stamp = findOption(seen, 'ts') as Extract<TcpOption, { kind: 'timestamps' }> | undefined;
  const isWanted = words.timestampValue !== undefined || words.echo !== undefined;
  if (isWanted && stamp === undefined) return 'it has no ts';
  if (words.echo !== undefined && stamp!.echo !== words.echo) return `it echoes ${stamp!.echo}`;
  return undefined;
}

function whyNotSacked(words: SegmentWords, seen: SeenSegment): string | undefined {
  if (words.sack === undefined) return undefined;
  const wanted = words.sack.map(([left, right]) => `${left}-${right}`).join(',');
  const got = seen.sack.map(([left, right]) => `${left}-${right}`).join(',');
  return wanted === got ? undefined : `its sack is ${got || 'not there'}`;
}

const optionKinds: Readonly<Record<OptionName, TcpOption['kind']>> = {
  mss: 'maximum-segment-size',
  ws: 'window-scale',
  'sack-ok': 'sack-permitted',
  ts: 'timestamps',
  sack: 'sack',
};

function findOption(seen: SeenSegment, name: OptionName): TcpOption | undefined {
  return seen.header.options.find((option) => option.kind === optionKinds[name]);
}
