/** Frames of a standing lab's links, on their way to whoever asked: the hub writes into a pipe with a name. */
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { InputError, UnsupportedError } from '../../../src/base/errors.ts';
import { closeDescriptor, openDescriptor } from '../../../src/linux/descriptor.ts';
import { makeNamedPipe, setPipeRoom } from '../../../src/linux/named-pipe.ts';
import type { Plan } from '../../plan/plan.ts';
import type { LabPlace } from '../netns/live-netns-lab.ts';

/** The hub must not wait for its reader: so much may lie in between. */
const pipeRoomBytes = 1_048_576;

export class CaptureStream {
  readonly #plan: Plan;
  readonly #place: LabPlace;
  #links: readonly string[] | undefined;

  constructor(plan: Plan, place: LabPlace) {
    this.#plan = plan;
    this.#place = place;
  }

  /** The stream ends once `stop` was called and all was read. */
  async start(links: readonly string[]): Promise<Socket> {
    this.#refuse(links);
    this.#links = links;
    const path = join(this.#place.ledger.folder, 'capture');
    makeNamedPipe(path);
    try {
      return await this.#open(path, links);
    } catch (error) {
      this.#links = undefined;
      throw error;
    } finally {
      rmSync(path);
    }
  }

  async stop(): Promise<void> {
    if (this.#links === undefined) return;
    await this.#place.hub.capture(undefined);
    this.#links = undefined;
  }

  /** A pipe that nobody writes to yet has an end; opened for both, it has none. */
  async #open(path: string, links: readonly string[]): Promise<Socket> {
    const both = openDescriptor(path);
    try {
      setPipeRoom(both, pipeRoomBytes);
      await this.#place.hub.capture(path, links);
      const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      return openSocket(fd);
    } finally {
      closeDescriptor(both);
    }
  }

  #refuse(links: readonly string[]): void {
    if (this.#links !== undefined) {
      throw new InputError({
        code: 'capture-taken',
        message: `frames of ${this.#links.join(', ')} are being captured already`,
        hint: 'end that capture first: one goes on at a time',
      });
    }
    const carried = this.#plan.links.filter(({ engine }) => engine === 'model');
    const names = new Set(carried.map(({ name }) => name));
    const past = this.#plan.links.find(({ name }) => links.includes(name) && !names.has(name));
    if (past === undefined) return;
    const [end] = past.ends;
    throw new UnsupportedError({
      code: 'link-passes-hub',
      message: `link ${past.name} has the engine ${past.engine}, and its frames pass the hub by`,
      hint: `see them on a node: ropewalk exec ${end.node} --root -- tcpdump -i ${past.name}`,
    });
  }
}

function openSocket(fd: number): Socket {
  try {
    return new Socket({ fd, readable: true, writable: false });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
