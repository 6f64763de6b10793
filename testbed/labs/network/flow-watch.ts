/** Shows the frames at the ends of links to those who follow flows between their nodes. */
import type { Frame } from '../../../src/base/frame.ts';
import { never } from '../../../src/base/time.ts';
import { labNode } from '../../../src/trace/record.ts';
import type { PlannedWatch } from '../../plan/plan.ts';
import {
  createFollower,
  type FlowEnd,
  type Follower,
  followArriving,
  followLeaving,
} from '../../watch/follower.ts';
import { addPacket, createColumns, takePackets } from '../../watch/packet-columns.ts';
import { viewPacket } from '../../watch/packet-view.ts';
import type { NoteWatch, PacketKind, PacketNotes } from '../../watch/records.ts';
import { type Actor, addActor, setDeadline } from './schedule.ts';
import type { FrameWatcher, Surroundings } from './station.ts';

interface Post {
  readonly follower: Follower;
  readonly end: FlowEnd;
}

/** So many packets are recorded at once, however soon they came. */
const mostWaiting = 512;

const packetKinds: readonly string[] = [
  'packets.sent',
  'packets.received',
  'packets.acknowledged',
] satisfies PacketKind[];

type Around = Pick<Surroundings, 'schedule' | 'record'>;

export class FlowWatch implements Actor, FrameWatcher {
  readonly label = 'the records of watched flows';
  /** By node. */
  readonly #posts = new Map<string, Post[]>();
  readonly #waiting = createColumns();
  readonly #around: Around;
  readonly #patienceNs: number;
  readonly #slot: number;

  /** `patienceNs`: how long a packet may wait to be recorded with others; 0: it does not wait. */
  constructor(watches: readonly PlannedWatch[], around: Around, patienceNs: number) {
    this.#around = around;
    this.#patienceNs = patienceNs;
    this.#slot = addActor(around.schedule, this);
    for (const watch of watches) {
      const follower = createFollower(watch);
      for (const end of ['from', 'to'] as const) {
        const { node } = watch[end];
        this.#posts.set(node, [...(this.#posts.get(node) ?? []), { follower, end }]);
      }
    }
  }

  leaving(node: string, frame: Frame): void {
    this.#show(followLeaving, node, frame);
  }

  arriving(node: string, frame: Frame): void {
    this.#show(followArriving, node, frame);
  }

  wake(): number {
    this.flush();
    return never;
  }

  flush(): void {
    if (this.#waiting.count === 0) return;
    setDeadline(this.#around.schedule, this.#slot, never);
    takePackets(this.#waiting, (kind, fields) => this.#record(kind, fields));
  }

  #show(follow: typeof followLeaving, node: string, frame: Frame): void {
    const posts = this.#posts.get(node);
    if (posts === undefined) return;
    const packet = viewPacket(frame.bytes, frame.length);
    if (packet === undefined) return;
    const { nowNs } = this.#around.schedule;
    for (const { follower, end } of posts) follow(follower, end, nowNs, packet, this.#take);
  }

  #take: NoteWatch = (kind, fields) => {
    if (!packetKinds.includes(kind)) {
      this.#record(kind, fields);
      return;
    }
    const { schedule } = this.#around;
    const isFirst = this.#waiting.count === 0;
    addPacket(this.#waiting, schedule.nowNs, kind as PacketKind, fields as PacketNotes[PacketKind]);
    if (this.#patienceNs === 0 || this.#waiting.count >= mostWaiting) this.flush();
    else if (isFirst) setDeadline(schedule, this.#slot, schedule.nowNs + this.#patienceNs);
  };

  #record(kind: string, fields: Parameters<Surroundings['record']>[3]): void {
    this.#around.record(this.#around.schedule.nowNs, labNode, kind, fields);
  }
}

/** Undefined: there is nothing to follow. */
export function watchFlows(
  watches: readonly PlannedWatch[] | undefined,
  around: Around,
  patienceNs: number,
): FlowWatch | undefined {
  if (watches === undefined || watches.length === 0) return undefined;
  return new FlowWatch(watches, around, patienceNs);
}
