/** Mappings of a subflow, in the order of its bytes. */
import type { Mapping, Subflow } from './connection.ts';

const compactFrom = 256;

/** Of what we sent: the one that holds this byte of the subflow. */
export function mappingAt(subflow: Subflow, subflowSequence: number): Mapping | undefined {
  const { sent } = subflow;
  const last = sent[sent.length - 1];
  if (last !== undefined && last.subflowFrom <= subflowSequence) {
    return subflowSequence < last.subflowFrom + last.length ? last : undefined;
  }
  let low = subflow.sentFrom;
  let high = sent.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = sent[middle]!;
    if (found.subflowFrom > subflowSequence) high = middle - 1;
    else if (found.subflowFrom + found.length <= subflowSequence) low = middle + 1;
    else return found;
  }
  return undefined;
}

/** Forgets what neither the subflow nor the connection will ask for again. */
export function dropAcknowledged(subflow: Subflow, dataUna: number): void {
  const { sent, tcp } = subflow;
  if (tcp === undefined) return;
  const subflowUna = tcp.send.una - tcp.send.iss;
  let from = subflow.sentFrom;
  while (from < sent.length) {
    const { subflowFrom, dataFrom, length } = sent[from]!;
    if (subflowFrom + length > subflowUna || dataFrom + length > dataUna) break;
    from++;
  }
  subflow.sentFrom = from;
  if (from < compactFrom || from * 2 < sent.length) return;
  sent.splice(0, from);
  subflow.sentFrom = 0;
}

/** What was noted of a mapping that the other side told. */
export type Noted = 'new' | 'known' | 'consumed' | 'contradicts';

/** RFC 8684 3.3.1: a mapping once told stands; the same may come again on every segment of it. */
export function noteTold(subflow: Subflow, mapping: Mapping, consumedTo: number): Noted {
  const { told } = subflow;
  if (mapping.subflowFrom + mapping.length <= consumedTo) return 'consumed';
  let index = told.length;
  while (index > 0 && told[index - 1]!.subflowFrom > mapping.subflowFrom) index--;
  const before = told[index - 1];
  if (before?.subflowFrom === mapping.subflowFrom) {
    return isSame(before, mapping) ? 'known' : 'contradicts';
  }
  if (before !== undefined && before.subflowFrom + before.length > mapping.subflowFrom) {
    return 'contradicts';
  }
  const behind = told[index];
  if (behind !== undefined && mapping.subflowFrom + mapping.length > behind.subflowFrom) {
    return 'contradicts';
  }
  told.splice(index, 0, mapping);
  return 'new';
}

function isSame(a: Mapping, b: Mapping): boolean {
  return a.dataFrom === b.dataFrom && a.length === b.length && a.checksum === b.checksum;
}
