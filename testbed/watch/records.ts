/** What is recorded of a watched flow, on the lab's clock: kinds and their fields. */

/** `flow` is the watch's name in the scenario; `bytes` are payload of TCP or UDP. */
export type WatchRecords = {
  /** The first packet of the flow left either end. */
  readonly 'flow.opened': { readonly flow: string };
  /** A packet with payload left the sender's node; `n` counts from 1, and what is sent again is another. */
  readonly 'packet.sent': { readonly flow: string; readonly n: number; readonly bytes: number };
  /**
   * One reached the receiver's node. `n` is null where nothing that left looked like it. `delivered`:
   * so many bytes the node can hand on now that it could not before.
   */
  readonly 'packet.received': {
    readonly flow: string;
    readonly n: number | null;
    readonly bytes: number;
    readonly delivered: number;
  };
  /** At the sender's end, from a segment to the acknowledgment of it. */
  readonly 'packet.acknowledged': { readonly flow: string; readonly rttNs: number };
  /** A packet of the flow arrived that its check does not bear out. */
  readonly 'datagram.corrupt': { readonly flow: string };
  /** Once: packets between the two ends are cut into parts, of which most have no ports. */
  readonly 'flow.fragmented': { readonly flow: string };
};

export type WatchRecordKind = keyof WatchRecords;

/** Where the records go; whoever calls adds the time. */
export type NoteWatch = <Kind extends WatchRecordKind>(
  kind: Kind,
  fields: WatchRecords[Kind],
) => void;
