/** Frames of a standing lab's links as one pcapng stream, whoever carries them. One goes on at a time. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { InputError } from '../../../src/base/errors.ts';
import { encodePcapngBlock, type PcapngBlock, pcapngLinkType } from '../../../src/wire/pcapng.ts';
import type { Plan } from '../../plan/plan.ts';
import type { LiveKernelLab } from '../ground/live-kernel-lab.ts';
import { CableFrames } from './cable-frames.ts';
import { openHubFrames } from './hub-frames.ts';
import { isInterfaceBlock, PcapngBlocks } from './pcapng-blocks.ts';

type TakeBytes = (bytes: Uint8Array) => void;

interface Going {
  readonly links: readonly string[];
  hub?: Socket;
  cables?: CableFrames;
}

export class LabCapture {
  readonly #plan: Plan;
  readonly #live: LiveKernelLab;
  #going: Going | undefined;
  #stopping: Promise<void> | undefined;

  constructor(plan: Plan, live: LiveKernelLab) {
    this.#plan = plan;
    this.#live = live;
  }

  /** Resolves when it goes on. */
  async start(links: readonly string[], take: TakeBytes): Promise<void> {
    if (this.#going !== undefined) throw alreadyGoing(this.#going);
    const going: Going = { links };
    this.#going = going;
    try {
      await this.#open(going, take);
    } catch (error) {
      this.#going = undefined;
      throw error;
    }
  }

  /** All that was seen by then is handed out before, by a hub that still stands. */
  stop(hubStands: boolean): Promise<void> {
    this.#stopping ??= this.#stop(hubStands).finally(() => {
      this.#going = undefined;
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  async #stop(hubStands: boolean): Promise<void> {
    const { hub, cables } = this.#going ?? {};
    await cables?.[Symbol.asyncDispose]();
    if (hub === undefined || hub.closed || !hubStands) return;
    const read = once(hub, 'close');
    await this.#live.place.hub.capture(undefined);
    await read;
  }

  /** In a file interfaces are numbered as they come: the hub's come first. */
  async #open(going: Going, take: TakeBytes): Promise<void> {
    const carried = this.#plan.links.filter(({ engine }) => engine === 'model');
    const names = new Set(carried.map(({ name }) => name));
    const ofHub = going.links.filter((link) => names.has(link));
    const cables = going.links.filter((link) => !names.has(link));
    if (ofHub.length > 0) await this.#openHub(going, ofHub, take);
    else write(take, { kind: 'section', application: 'ropewalk' });
    if (cables.length > 0) this.#openCables(going, cables, ofHub.length * endsOfLink, take);
  }

  /** Resolves when its interfaces are described. */
  async #openHub(going: Going, links: readonly string[], take: TakeBytes): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let undescribed = links.length * endsOfLink;
    const blocks = new PcapngBlocks((block) => {
      take(block);
      if (isInterfaceBlock(block) && --undescribed === 0) resolve();
    });
    going.hub = await openHubFrames(this.#live.place, links);
    going.hub.on('data', (bytes: Uint8Array) => blocks.push(bytes));
    going.hub.once('close', resolve);
    await promise;
  }

  #openCables(going: Going, links: readonly string[], before: number, take: TakeBytes): void {
    const nowNs = (): number => this.#live.nowNs();
    going.cables = new CableFrames(this.#live.place, links, nowNs, (frame) =>
      write(take, { kind: 'packet', ...frame, interfaceIndex: before + frame.interfaceIndex }),
    );
    for (const name of going.cables.ends) {
      write(take, { kind: 'interface', name, linkType: pcapngLinkType.ethernet });
    }
  }
}

const endsOfLink = 2;

function write(take: TakeBytes, block: PcapngBlock): void {
  take(encodePcapngBlock(block));
}

function alreadyGoing({ links }: Going): InputError {
  return new InputError({
    code: 'capture-taken',
    message: `frames of ${links.join(', ')} are being captured already`,
    hint: 'end that capture first: one goes on at a time',
  });
}
