/** Every frame at both of its ends, as pcapng: one interface a node and link, the direction as a flag. */
import type { Frame } from '../../../src/base/frame.ts';
import {
  emitPcapngPacket,
  encodePcapngBlock,
  measurePcapngPacket,
  pcapngLinkType,
} from '../../../src/wire/pcapng.ts';
import type { Plan } from '../../plan/plan.ts';
import type { CaptureSink } from '../lab.ts';
import type { CaptureDirection, FrameCapture } from './station.ts';

const usualBlockBytes = 2_048;

export class Capture implements FrameCapture {
  readonly #sink: CaptureSink;
  /** By link, then by node. */
  readonly #interfaces = new Map<string, Map<string, number>>();
  #interfaceCount = 0;
  /** One for all blocks: to make an array for each frame is what a busy capture would spend its time with. */
  #block = new Uint8Array(usualBlockBytes);
  readonly #head = { interfaceIndex: 0, tNs: 0, direction: 'inbound' as CaptureDirection };

  /** Without `links`: all of them. */
  constructor(plan: Pick<Plan, 'nodes'>, sink: CaptureSink, links?: readonly string[]) {
    this.#sink = sink;
    sink.write(encodePcapngBlock({ kind: 'section', application: 'ropewalk' }));
    for (const node of plan.nodes) {
      for (const { link } of node.interfaces) {
        if (links?.includes(link) !== false) this.#describe(node.name, link);
      }
    }
  }

  frame(tNs: number, node: string, link: string, direction: CaptureDirection, frame: Frame): void {
    const interfaceIndex = this.#interfaces.get(link)?.get(node);
    if (interfaceIndex === undefined) return;
    const size = measurePcapngPacket(frame.length);
    if (size > this.#block.length) this.#block = new Uint8Array(2 * size);
    const head = this.#head;
    head.interfaceIndex = interfaceIndex;
    head.tNs = tNs;
    head.direction = direction;
    emitPcapngPacket(this.#block, 0, head, frame.bytes, frame.length);
    this.#sink.write(this.#block.subarray(0, size));
  }

  #describe(node: string, link: string): void {
    const ofLink = this.#interfaces.get(link) ?? new Map<string, number>();
    this.#interfaces.set(link, ofLink.set(node, this.#interfaceCount++));
    const name = `${node}:${link}`;
    this.#sink.write(
      encodePcapngBlock({ kind: 'interface', name, linkType: pcapngLinkType.ethernet }),
    );
  }
}
