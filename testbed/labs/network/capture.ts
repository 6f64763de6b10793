/** Every frame at both of its ends, as pcapng: one interface a node and link, the direction as a flag. */
import type { Frame } from '../../../src/base/frame.ts';
import { encodePcapngBlock, pcapngLinkType } from '../../../src/wire/pcapng.ts';
import type { Plan } from '../../plan/plan.ts';
import type { CaptureSink } from '../lab.ts';
import type { FrameCapture } from './station.ts';

export type CaptureDirection = 'inbound' | 'outbound';

export class Capture implements FrameCapture {
  readonly #sink: CaptureSink;
  readonly #interfaces = new Map<string, number>();

  /** Without `links`: all of them. */
  constructor(plan: Pick<Plan, 'nodes'>, sink: CaptureSink, links?: readonly string[]) {
    this.#sink = sink;
    sink.write(encodePcapngBlock({ kind: 'section', application: 'ropewalk' }));
    for (const node of plan.nodes) {
      for (const { link } of node.interfaces) {
        if (links?.includes(link) !== false) this.#describe(interfaceName(node.name, link));
      }
    }
  }

  frame(tNs: number, node: string, link: string, direction: CaptureDirection, frame: Frame): void {
    const interfaceIndex = this.#interfaces.get(interfaceName(node, link));
    if (interfaceIndex === undefined) return;
    const bytes = frame.bytes.subarray(0, frame.length);
    const originalBytes = frame.length;
    this.#sink.write(
      encodePcapngBlock({ kind: 'packet', interfaceIndex, tNs, direction, originalBytes, bytes }),
    );
  }

  #describe(name: string): void {
    this.#interfaces.set(name, this.#interfaces.size);
    this.#sink.write(
      encodePcapngBlock({ kind: 'interface', name, linkType: pcapngLinkType.ethernet }),
    );
  }
}

function interfaceName(node: string, link: string): string {
  return `${node}:${link}`;
}
