/** Shows the frames at the ends of links to those who follow flows between their nodes. */
import type { Frame } from '../../../src/base/frame.ts';
import { labNode } from '../../../src/trace/record.ts';
import type { PlannedWatch } from '../../plan/plan.ts';
import {
  createFollower,
  type FlowEnd,
  type Follower,
  followArriving,
  followLeaving,
} from '../../watch/follower.ts';
import { viewPacket } from '../../watch/packet-view.ts';
import type { NoteWatch } from '../../watch/records.ts';
import type { Surroundings } from './station.ts';

interface Post {
  readonly follower: Follower;
  readonly end: FlowEnd;
}

export class FlowWatch {
  /** By node. */
  readonly #posts = new Map<string, Post[]>();
  readonly #note: NoteWatch;
  #nowNs = 0;

  constructor(watches: readonly PlannedWatch[], record: Surroundings['record']) {
    this.#note = (kind, fields) => record(this.#nowNs, labNode, kind, fields);
    for (const watch of watches) {
      const follower = createFollower(watch);
      for (const end of ['from', 'to'] as const) {
        const { node } = watch[end];
        this.#posts.set(node, [...(this.#posts.get(node) ?? []), { follower, end }]);
      }
    }
  }

  /** The node hands the frame to a link. */
  leaving(tNs: number, node: string, frame: Frame): void {
    this.#show(followLeaving, tNs, node, frame);
  }

  /** The link hands the frame to the node. */
  arriving(tNs: number, node: string, frame: Frame): void {
    this.#show(followArriving, tNs, node, frame);
  }

  #show(follow: typeof followLeaving, tNs: number, node: string, frame: Frame): void {
    const posts = this.#posts.get(node);
    if (posts === undefined) return;
    const packet = viewPacket(frame.bytes, frame.length);
    if (packet === undefined) return;
    this.#nowNs = tNs;
    for (const { follower, end } of posts) follow(follower, end, tNs, packet, this.#note);
  }
}

/** Undefined: there is nothing to follow. */
export function watchFlows(
  watches: readonly PlannedWatch[] | undefined,
  record: Surroundings['record'],
): FlowWatch | undefined {
  return watches === undefined || watches.length === 0 ? undefined : new FlowWatch(watches, record);
}
