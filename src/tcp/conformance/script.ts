/**
 * The language of conformance cases: a line a step, in the order of time.
 *
 *   listen | connect             the side under test opens, on port 7000 or towards port 8000
 *   < syn mss 1460 ts            the script sends a segment to it
 *   > syn+ack seq 0 ack 1        its next segment is this; words that are left out are not looked at
 *   nothing 200ms                it stays silent so long
 *   pass 1s                      time passes, whatever it sends
 *   write 1000 | read 1000 | close | abort | release
 *   state established            RFC 9293 3.3.2's names; `closed` also where no connection is left
 *   told connected | ended | closed reset | readable 100
 *   icmp too-big 1000 | icmp port-unreachable
 *
 * Sequence numbers count from 0, the SYN, on both sides. On a segment sent, `seq` is by default where the script
 * stands, `ack` all that was seen, `win` 65535 on the wire, and timestamps are added once both offered
 * them. On one expected, `win` is scaled, and `after 0.9s` and `within 1.1s` count from the step before (500 ms).
 */
import { parseDuration } from '../../base/units.ts';
import type { TcpState } from '../connection.ts';
import { parseSegment, type SegmentWords } from './segment-words.ts';

export type Call = 'listen' | 'connect' | 'write' | 'read' | 'close' | 'abort' | 'release';

export type Step = { readonly line: string } & (
  | { readonly kind: 'inject'; readonly segment: SegmentWords }
  | {
      readonly kind: 'expect';
      readonly segment: SegmentWords;
      readonly afterNs: number;
      readonly withinNs: number;
    }
  | { readonly kind: 'nothing' | 'pass'; readonly forNs: number }
  | { readonly kind: 'call'; readonly call: Call; readonly bytes: number }
  | { readonly kind: 'state'; readonly state: TcpState }
  | { readonly kind: 'told'; readonly what: string }
  | {
      readonly kind: 'icmp';
      readonly error: 'too-big' | 'port-unreachable';
      readonly mtuBytes: number;
    }
);

const defaultWithinNs = 500_000_000;
const calls: readonly string[] = [
  'listen',
  'connect',
  'write',
  'read',
  'close',
  'abort',
  'release',
];

export function parseScript(text: string): Step[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map(parseLine);
}

function parseLine(line: string): Step {
  const [verb, ...words] = line.split(/\s+/) as [string, ...string[]];
  if (verb === '<') return { line, kind: 'inject', segment: parseSegment(words, line) };
  if (verb === '>') return parseExpectation(line, words);
  if (verb === 'nothing' || verb === 'pass')
    return { line, kind: verb, forNs: duration(words[0], line) };
  if (calls.includes(verb)) {
    return { line, kind: 'call', call: verb as Call, bytes: Number(words[0] ?? 0) };
  }
  if (verb === 'state') return { line, kind: 'state', state: words[0] as TcpState };
  if (verb === 'told') return { line, kind: 'told', what: words.join(' ') };
  if (verb === 'icmp' && (words[0] === 'too-big' || words[0] === 'port-unreachable')) {
    return { line, kind: 'icmp', error: words[0], mtuBytes: Number(words[1] ?? 0) };
  }
  throw new SyntaxError(`a conformance script has no step "${line}"`);
}

function parseExpectation(line: string, words: readonly string[]): Step {
  let afterNs = 0;
  let withinNs = defaultWithinNs;
  const rest: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === 'after') afterNs = duration(words[++at], line);
    else if (word === 'within') withinNs = duration(words[++at], line);
    else rest.push(word);
  }
  withinNs = Math.max(withinNs, afterNs);
  return { line, kind: 'expect', segment: parseSegment(rest, line), afterNs, withinNs };
}

/** `200ms`, `1.5s`. */
function duration(word: string | undefined, line: string): number {
  const ns = parseDuration(word ?? '');
  if (typeof ns !== 'number') throw new SyntaxError(`no duration in "${line}"`);
  return ns;
}
