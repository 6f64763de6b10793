/**
 * What the stack side answers to a change, whatever became of it.
 *
 *   0       1       2       3       4               8       9       10      12
 *   +-------+-------+-------+-------+---------------+-------+-------+-------+---------------+
 *   | 4c    | 01    | 02    |result |     order     | row   |where  |families|   visited    |
 *   +-------+-------+-------+-------+---------------+-------+-------+-------+---------------+
 *   |   the address before (16), the address after (16), port before, port after (2 each)   |
 *
 * `row` counts from 1 in the table of mechanisms, 0: none was tried. `visited`: other processes looked at.
 */
import { anyIpv4, type Endpoint, type Family, familyOf, writeIp } from '../base/address.ts';
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { type Malformed, malformed } from '../wire/malformed.ts';
import {
  checkHead,
  isFamily,
  messageKinds,
  nameOf,
  readAddress,
  writeHead,
} from './change-message.ts';
import { type MechanismId, mechanismTable } from './mechanisms.ts';

/** What a change came to; all from `unknown-socket` on changed nothing. */
export const results = {
  moved: 1,
  'path-only': 2,
  untouched: 3,
  reset: 4,
  'unknown-socket': 5,
  'foreign-address': 6,
  'not-permitted': 7,
  'not-supported': 8,
  'rolled-back': 9,
  malformed: 10,
} as const;
export type Result = keyof typeof results;

const places = { nowhere: 0, current: 1, traversed: 2 } as const;
export type FoundPlace = keyof typeof places;

const offset = {
  result: 3,
  order: 4,
  row: 8,
  place: 9,
  families: 10,
  visited: 12,
  before: 16,
  after: 32,
  ports: 48,
} as const;
export const outcomeBytes = 52;

export interface Outcome {
  readonly kind: 'outcome';
  readonly order: number;
  readonly result: Result;
  readonly mechanism: MechanismId | undefined;
  readonly place: FoundPlace;
  readonly visited: number;
  readonly before: Endpoint;
  readonly after: Endpoint;
}

export const noEndpoint: Endpoint = { address: anyIpv4, port: 0 };

export function emitOutcome(outcome: Outcome): Uint8Array {
  const { order, result, mechanism, place, visited, before, after } = outcome;
  const bytes = new Uint8Array(outcomeBytes);
  writeHead(bytes, messageKinds.outcome, order);
  bytes[offset.result] = results[result];
  bytes[offset.row] = mechanismTable.findIndex(({ id }) => id === mechanism) + 1;
  bytes[offset.place] = places[place];
  writeU32(bytes, offset.visited, visited);
  for (const [at, { address, port }] of [before, after].entries()) {
    bytes[offset.families + at] = familyOf(address);
    writeIp(bytes, offset.before + at * 16, address);
    writeU16(bytes, offset.ports + at * 2, port);
  }
  return bytes;
}

export function parseOutcome(bytes: Uint8Array): Outcome | Malformed {
  const wrong = checkHead(bytes, messageKinds.outcome, outcomeBytes);
  if (wrong !== undefined) return wrong;
  const result = nameOf(results, bytes[offset.result]!);
  const place = nameOf(places, bytes[offset.place]!);
  const row = bytes[offset.row]!;
  const families = [bytes[offset.families]!, bytes[offset.families + 1]!] as const;
  if (result === undefined) return malformed('result');
  if (place === undefined) return malformed('place');
  if (row > mechanismTable.length) return malformed('row');
  if (!families.every(isFamily)) return malformed('family');
  return {
    kind: 'outcome',
    order: readU32(bytes, offset.order),
    result,
    mechanism: mechanismTable[row - 1]?.id,
    place,
    visited: readU32(bytes, offset.visited),
    before: endpointAt(bytes, 0, families[0]! as Family),
    after: endpointAt(bytes, 1, families[1]! as Family),
  };
}

function endpointAt(bytes: Uint8Array, at: number, family: Family): Endpoint {
  return {
    address: readAddress(bytes, offset.before + at * 16, family),
    port: readU16(bytes, offset.ports + at * 2),
  };
}
