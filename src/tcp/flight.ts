/**
 * Segments that were sent and are not yet cumulatively acknowledged, oldest first: a ring of rows in
 * one typed array, so that a segment costs no object and a connection can be copied as it stands.
 */

export interface Flight {
  /** `rowFields` numbers a segment; a power of two of rows, or none. */
  rows: Float64Array;
  start: number;
  count: number;
}

/** What of a segment stands where in its row. */
export const flightField = {
  left: 0,
  /** One past its last number; SYN and FIN count (RFC 9293 3.4). */
  right: 1,
  sentAtNs: 2,
  /** When the window it belongs to began to be sent (draft-cheng: P.first_sent_time). */
  firstSentAtNs: 3,
  /** C.delivered and C.delivered_time when it was sent. */
  deliveredBytes: 4,
  deliveredAtNs: 5,
  /** A sum of `flightFlag` bits. */
  flags: 6,
  /** How often it was sent again. */
  retransmissions: 7,
} as const;

export const flightFlag = {
  sacked: 1,
  lost: 2,
  /** It counts as in flight. */
  inPipe: 4,
  /** The sampler was application limited when it was sent. */
  appLimited: 8,
  syn: 16,
  fin: 32,
  /** A probe of a larger path MTU: its loss says nothing about congestion (RFC 8899 3). */
  pathProbe: 64,
} as const;

export const rowFields = 8;
const smallestRows = 4;
/** A flight that landed keeps so many rows. */
const keptRows = 16;
const none = new Float64Array(0);

export function createFlight(): Flight {
  return { rows: none, start: 0, count: 0 };
}

/** Where the row of the segment at `index` begins in `rows`. */
export function rowAt(flight: Flight, index: number): number {
  return ((flight.start + index) * rowFields) & (flight.rows.length - 1);
}

/** Adds a row behind the last; the caller fills every field. */
export function pushRow(flight: Flight): number {
  if ((flight.count + 1) * rowFields > flight.rows.length) growFlight(flight);
  flight.count++;
  return rowAt(flight, flight.count - 1);
}

export function dropFirstRow(flight: Flight): void {
  flight.count--;
  flight.start = (flight.start + 1) & (flight.rows.length / rowFields - 1);
  if (flight.count > 0) return;
  flight.start = 0;
  if (flight.rows.length > keptRows * rowFields) flight.rows = none;
}

/** Forgets whatever is in flight, and the room for it. */
export function emptyFlight(flight: Flight): void {
  flight.count = 0;
  flight.start = 0;
  flight.rows = none;
}

/** Cuts the segment at `index` in two at `sequence`; both have what was known of the whole. */
export function splitRow(flight: Flight, index: number, sequence: number): void {
  pushRow(flight);
  const { rows } = flight;
  for (let each = flight.count - 1; each > index; each--) {
    const from = rowAt(flight, each - 1);
    rows.copyWithin(rowAt(flight, each), from, from + rowFields);
  }
  rows[rowAt(flight, index) + flightField.right] = sequence;
  rows[rowAt(flight, index + 1) + flightField.left] = sequence;
  // A SYN stands first in its segment, a FIN last.
  rows[rowAt(flight, index) + flightField.flags]! &= ~flightFlag.fin;
  rows[rowAt(flight, index + 1) + flightField.flags]! &= ~flightFlag.syn;
}

/** The index of the first segment whose right edge lies beyond `sequence`; `count` if there is none. */
export function findRow(flight: Flight, sequence: number): number {
  const { rows } = flight;
  let low = 0;
  let high = flight.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[rowAt(flight, middle) + flightField.right]! <= sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

function growFlight(flight: Flight): void {
  const { rows, count } = flight;
  const grown = new Float64Array(Math.max(rows.length * 2, smallestRows * rowFields));
  for (let index = 0; index < count; index++) {
    const from = rowAt(flight, index);
    grown.set(rows.subarray(from, from + rowFields), index * rowFields);
  }
  flight.rows = grown;
  flight.start = 0;
}

/** The rows in order, without room beside them. */
export function flightRows(flight: Flight): Float64Array {
  const compact = new Float64Array(flight.count * rowFields);
  for (let index = 0; index < flight.count; index++) {
    const from = rowAt(flight, index);
    compact.set(flight.rows.subarray(from, from + rowFields), index * rowFields);
  }
  return compact;
}

export function restoreFlight(compact: Float64Array): Flight {
  const count = compact.length / rowFields;
  if (count === 0) return createFlight();
  let rows = smallestRows;
  while (rows < count) rows *= 2;
  const flight = { rows: new Float64Array(rows * rowFields), start: 0, count };
  flight.rows.set(compact);
  return flight;
}
