/** Every frame at both of its ends, as pcapng: one interface a node and link, the direction as a flag. */
import type { Frame } from '../../../src/base/frame.ts';
import { encodePcapngBlock, pcapngLinkType } from '../../../src/wire/pcapng.ts';
import type { Plan } from '../../plan/plan.ts';
import type { CaptureSink } from '../lab.ts';

export type CaptureDirection = 'inbound' | 'outbound';

export class Capture {
  readonly #sink: CaptureSink;
  readonly #interfaces = new Map<string, number>();

  constructor(plan: Plan, sink: CaptureSink) {
    this.#sink = sink;
    sink.write(encodePcapngBlock({ kind: 'section', application: 'ropewalk' }));
    for (const node of plan.nodes) {
      for (const one of node.interfaces) this.#describe(interfaceName(node.name, one.link));
    }
  }

  frame(tNs: number, node: string, link: string, direction: CaptureDirection, frame: Frame): void {
    const interfaceIndex = this.#interfaces.get(interfaceName(node, link))!;
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
