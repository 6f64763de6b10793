/** What is seen of a watched flow, packet by packet, and how it is recorded: many packets a record. */

/** `flow` is the watch's name in the scenario; `bytes` are payload of TCP or UDP. */
export type WatchNotes = {
  /** The first packet of the flow left either end. */
  readonly 'flow.opened': { readonly flow: string };
  /** A packet of the flow arrived that its check does not bear out. */
  readonly 'datagram.corrupt': { readonly flow: string };
  /** Once: packets between the two ends are cut into parts, of which most have no ports. */
  readonly 'flow.fragmented': { readonly flow: string };
} & PacketNotes;

export type PacketNotes = {
  /** A packet with payload left the sender's node; `n` counts from 1, and what is sent again is another. */
  readonly 'packets.sent': { readonly flow: string; readonly n: number; readonly bytes: number };
  /**
   * One reached the receiver's node. `n` is 0 where nothing that left looked like it. `delivered`: so
   * many bytes the node can hand on now that it could not before.
   */
  readonly 'packets.received': {
    readonly flow: string;
    readonly n: number;
    readonly bytes: number;
    readonly delivered: number;
  };
  /** At the sender's end, from a segment to the acknowledgment of it. */
  readonly 'packets.acknowledged': { readonly flow: string; readonly rttNs: number };
};

export type WatchNoteKind = keyof WatchNotes;
export type PacketKind = keyof PacketNotes;

/** Of each packet a number in each column; `atNs` is when it was seen, on the lab's clock. */
type Columns<Fields> = { readonly flow: string; readonly atNs: readonly number[] } & {
  readonly [Name in Exclude<keyof Fields, 'flow'>]: readonly number[];
};

/** As they are recorded. */
export type WatchRecords = {
  readonly [Kind in WatchNoteKind]: Kind extends PacketKind
    ? Columns<WatchNotes[Kind]>
    : WatchNotes[Kind];
};

/** Where a follower says what it saw; whoever calls adds the time. */
export type NoteWatch = <Kind extends WatchNoteKind>(kind: Kind, fields: WatchNotes[Kind]) => void;
