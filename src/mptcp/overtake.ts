/**
 * A subflow with nothing new to carry brings what another is still slow with, if it would be there first:
 * at the end of a stream, and where the receiver's window waits for one path.
 */
import { findRow, flightField, rowAt } from '../tcp/flight.ts';
import type { Mapping, Subflow, Unit } from './connection.ts';

/** How far from the oldest byte it looks. */
const mostLooked = 64;

export function overtake(
  subflow: Subflow,
  eligible: readonly Subflow[],
  nowNs: number,
): Unit | undefined {
  const { owner, tcp } = subflow;
  if (eligible.length < 2 || tcp === undefined || tcp.rto.srttNs === 0) return undefined;
  const hereAtNs = nowNs + tcp.rto.srttNs;
  for (const other of eligible) {
    if (other === subflow) continue;
    const late = firstLate(other, hereAtNs);
    if (late === undefined) continue;
    late.isTriedElsewhere = true;
    owner.counts.bytesSentAgain += late.length;
    return { from: late.dataFrom, length: late.length, triedBy: other.number };
  }
  return undefined;
}

/** The oldest that will not be acknowledged before `hereAtNs`. */
function firstLate({ sent, sentFrom, tcp, owner }: Subflow, hereAtNs: number): Mapping | undefined {
  const end = Math.min(sent.length, sentFrom + mostLooked);
  for (let each = sentFrom; each < end; each++) {
    const mapping = sent[each]!;
    if (mapping.isTriedElsewhere || mapping.dataFrom < owner.send.una) continue;
    const sequence = mapping.subflowFrom + tcp!.send.iss;
    if (sequence + mapping.length <= tcp!.send.una) continue;
    if (expectedAtNs(tcp!, sequence) > hereAtNs) return mapping;
  }
  return undefined;
}

function expectedAtNs(tcp: NonNullable<Subflow['tcp']>, sequence: number): number {
  const { flight } = tcp.send;
  const index = findRow(flight, sequence);
  if (index >= flight.count) return Number.POSITIVE_INFINITY;
  return flight.rows[rowAt(flight, index) + flightField.sentAtNs]! + tcp.rto.srttNs;
}
