/** What one subflow was given and did not bring goes in line for the others (RFC 8684 3.3.6). */
import type { DataSendSide, Subflow, Unit } from './connection.ts';

/**
 * All that the subflow has not acknowledged, in its own units: a receiver may drop what overlaps. Once it `isGone`,
 * also what it has: acknowledged by TCP is not yet taken as data.
 */
export function tryElsewhere(subflow: Subflow, isGone = false): void {
  const { sent, sentFrom, tcp, owner } = subflow;
  const { send } = owner;
  const subflowUna = tcp === undefined ? 0 : tcp.send.una - tcp.send.iss;
  for (let each = sentFrom; each < sent.length; each++) {
    const mapping = sent[each]!;
    const { dataFrom, length, subflowFrom } = mapping;
    if (mapping.isTriedElsewhere || dataFrom + length <= send.una) continue;
    if (!isGone && subflowFrom + length <= subflowUna) continue;
    mapping.isTriedElsewhere = true;
    putInLine(send, { from: dataFrom, length, triedBy: subflow.number });
  }
  for (const copy of subflow.copies.splice(0)) {
    if (copy.from + copy.length > send.una) putInLine(send, { ...copy, triedBy: subflow.number });
  }
}

export function putInLine({ again }: DataSendSide, unit: Unit): void {
  let index = again.length;
  while (index > 0 && again[index - 1]!.from > unit.from) index--;
  const before = again[index - 1];
  if (before !== undefined && before.from + before.length >= unit.from + unit.length) return;
  again.splice(index, 0, unit);
}

/** It carries again, and brings by itself what still waits in line. */
export function forgetTried(subflow: Subflow): void {
  const { again } = subflow.owner.send;
  for (let index = again.length - 1; index >= 0; index--) {
    if (again[index]!.triedBy === subflow.number) again.splice(index, 1);
  }
  for (let each = subflow.sentFrom; each < subflow.sent.length; each++) {
    subflow.sent[each]!.isTriedElsewhere = false;
  }
}
