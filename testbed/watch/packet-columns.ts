/** Packets that wait to be recorded: a record for each would cost more than the packets themselves. */
import type { PacketKind, PacketNotes, WatchRecords } from './records.ts';

type Columns = Record<string, number[]>;

export interface PacketColumns {
  /** By flow. */
  readonly batches: Readonly<Record<PacketKind, Map<string, Columns>>>;
  /** In all batches. */
  count: number;
}

export function createColumns(): PacketColumns {
  const batches = {
    'packets.sent': new Map<string, Columns>(),
    'packets.received': new Map<string, Columns>(),
    'packets.acknowledged': new Map<string, Columns>(),
  };
  return { batches, count: 0 };
}

export function addPacket<Kind extends PacketKind>(
  waiting: PacketColumns,
  atNs: number,
  kind: Kind,
  fields: PacketNotes[Kind],
): void {
  const batch = batchOf(waiting.batches[kind], fields);
  batch['atNs']!.push(atNs);
  for (const name in fields) {
    if (name !== 'flow') batch[name]!.push(fields[name] as number);
  }
  waiting.count += 1;
}

function batchOf(batches: Map<string, Columns>, fields: PacketNotes[PacketKind]): Columns {
  const known = batches.get(fields.flow);
  if (known !== undefined) return known;
  const names = ['atNs', ...Object.keys(fields).filter((name) => name !== 'flow')];
  const batch = Object.fromEntries(names.map((name) => [name, []]));
  batches.set(fields.flow, batch);
  return batch;
}

export type TakeBatch = <Kind extends PacketKind>(kind: Kind, fields: WatchRecords[Kind]) => void;

/** Hands all of them on, and begins anew. */
export function takePackets(waiting: PacketColumns, take: TakeBatch): void {
  for (const kind of Object.keys(waiting.batches) as PacketKind[]) {
    const batches = waiting.batches[kind];
    for (const [flow, columns] of batches) {
      take(kind, { flow, ...columns } as unknown as WatchRecords[typeof kind]);
    }
    batches.clear();
  }
  waiting.count = 0;
}
