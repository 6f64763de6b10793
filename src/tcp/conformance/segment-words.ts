/** What a conformance script says of a segment: `syn+ack seq 0 ack 1 mss 1460 sack-ok ts ws 7`. */
import { tcpFlag } from '../../wire/tcp.ts';

export interface SegmentWords {
  readonly flags: number;
  /** Of a segment expected, flags that may be there or not: `rst/ack`. */
  readonly optionalFlags: number;
  sequence?: number;
  acknowledgment?: number;
  lengthBytes?: number;
  /** `some`: any but zero. */
  window?: number | 'some';
  urgentPointer?: number;
  mssBytes?: number | 'some';
  windowShift?: number | 'some';
  sackPermitted?: true;
  /** Of a segment sent: this TSval. */
  timestampValue?: number | 'some';
  echo?: number;
  /** Of a segment sent that would have timestamps: leave them out. */
  sack?: readonly (readonly [left: number, right: number])[];
  /** Names of options that must not be there. */
  readonly without: Set<OptionName>;
  /** The ECN field of the IP header: 0, 2 ECT(0), 3 CE. */
  ecnField?: number;
  hasBadChecksum?: true;
  /** An option of a kind nobody knows. */
  hasUnknownOption?: true;
}

export type OptionName = 'mss' | 'ws' | 'sack-ok' | 'ts' | 'sack';

export function parseSegment(words: readonly string[], line: string): SegmentWords {
  const segment: SegmentWords = { ...parseFlagWord(words[0] ?? '', line), without: new Set() };
  let at = 1;
  while (at < words.length) at += takeWord(segment, words, at, line);
  return segment;
}

function parseFlagWord(word: string, line: string) {
  const [needed, optional] = word.split('/') as [string, string?];
  const optionalFlags = optional === undefined ? 0 : parseFlags(optional, line);
  return { flags: parseFlags(needed, line), optionalFlags };
}

function parseFlags(word: string, line: string): number {
  let flags = 0;
  for (const name of word.split('+')) {
    if (name === 'none') continue;
    if (!(name in tcpFlag)) throw new SyntaxError(`no flag "${name}" in "${line}"`);
    flags |= tcpFlag[name as keyof typeof tcpFlag];
  }
  return flags;
}

const ecnFields: Readonly<Record<string, number>> = { 'not-ect': 0, ect0: 2, ce: 3 };

/** How many words were taken. */
function takeWord(
  segment: SegmentWords,
  words: readonly string[],
  at: number,
  line: string,
): number {
  const word = words[at]!;
  if (word.startsWith('no-')) {
    segment.without.add(word.slice(3) as OptionName);
    return 1;
  }
  if (word in ecnFields) {
    segment.ecnField = ecnFields[word]!;
    return 1;
  }
  if (takeFlagWord(segment, word)) return 1;
  const value = words[at + 1];
  return takeNumberWord(segment, word, value, line) ? 2 : 1;
}

function takeFlagWord(segment: SegmentWords, word: string): boolean {
  if (word === 'sack-ok') segment.sackPermitted = true;
  else if (word === 'bad-checksum') segment.hasBadChecksum = true;
  else if (word === 'unknown-option') segment.hasUnknownOption = true;
  else return false;
  return true;
}

/** Whether the word that follows belonged to it: `mss` alone is any, `mss 1460` is that. */
function takeNumberWord(
  segment: SegmentWords,
  word: string,
  value: string | undefined,
  line: string,
): boolean {
  const isNumber = value !== undefined && /^-?\d+$/.test(value);
  const number = isNumber ? Number(value) : undefined;
  if (word === 'sack') {
    segment.sack = (value ?? '').split(',').map((range) => parseRange(range, line));
    return true;
  }
  if (word === 'win' && value === 'some') {
    segment.window = 'some';
    return true;
  }
  if (word === 'mss') segment.mssBytes = number ?? 'some';
  else if (word === 'ws') segment.windowShift = number ?? 'some';
  else if (word === 'ts') segment.timestampValue = number ?? 'some';
  else if (!takePlainNumber(segment, word, number)) {
    throw new SyntaxError(`"${word}" is no word for a segment: "${line}"`);
  }
  return isNumber;
}

function takePlainNumber(segment: SegmentWords, word: string, number: number | undefined): boolean {
  if (number === undefined) return false;
  if (word === 'seq') segment.sequence = number;
  else if (word === 'ack') segment.acknowledgment = number;
  else if (word === 'len') segment.lengthBytes = number;
  else if (word === 'win') segment.window = number;
  else if (word === 'ecr') segment.echo = number;
  else if (word === 'urg') segment.urgentPointer = number;
  else return false;
  return true;
}

function parseRange(text: string, line: string): readonly [number, number] {
  const match = /^(\d+)-(\d+)$/.exec(text);
  if (match === null) throw new SyntaxError(`no range "${text}" in "${line}"`);
  return [Number(match[1]), Number(match[2])];
}
