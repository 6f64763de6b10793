/** The hub as a process: `open` makes a network stand, then the loop runs until descriptor 3 is closed. */
import process from 'node:process';
import { RopewalkError } from '../../../src/base/errors.ts';
import { makeNonBlocking, waitReadable } from '../../../src/linux/descriptor.ts';
import { setTimerSlackNs } from '../../../src/linux/thread-timing.ts';
import { CarriedNetwork } from './carried-network.ts';
import { ControlChannel } from './control-channel.ts';
import type { CaptureOrder, HubReply, HubRequest } from './messages.ts';
import { createRunTime } from './run-time.ts';
import { preferThreads } from './thread-priority.ts';
import { tidyUp } from './tidying.ts';
import { warmUp } from './warm-up.ts';

const controlFd = 3;

class HubProcess {
  readonly #channel = new ControlChannel(controlFd, (request) => this.#handle(request));
  #carried: CarriedNetwork | undefined;

  run(): void {
    makeNonBlocking(controlFd);
    setTimerSlackNs(1);
    preferThreads();
    this.#channel.reply({ kind: 'ready' });
    warmUp(controlFd);
    while (!this.#channel.closed && this.#carried === undefined) {
      waitReadable(controlFd, -1);
      this.#channel.receive();
    }
    while (!this.#channel.closed) this.#turn(this.#carried!);
    this.#carried?.[Symbol.dispose]();
  }

  /** Also as its last words: an orchestrator that writes to it just now hears no reply any more. */
  tellFailure(error: unknown): void {
    const { code, message, hint } = describe(error);
    process.stderr.write(`${message}\n`);
    this.#channel.reply({ kind: 'failed', code, message, hint });
  }

  #turn(carried: CarriedNetwork): void {
    carried.loop.turn(tidyUp(carried, this.#channel));
    if (carried.io.controlReady) this.#channel.receive();
  }

  #handle(request: HubRequest): void {
    switch (request.kind) {
      case 'open':
        this.#open(request);
        break;
      case 'change':
        this.#carried!.change(request.change);
        break;
      case 'capture':
        this.#channel.reply(captureReply(this.#carried!, request.order));
        return;
      case 'probe':
        this.#carried!.probe(request.links, request.lastsNs, () =>
          this.#channel.reply({ kind: 'done' }),
        );
        return;
      case 'settle':
        this.#carried!.settle();
        break;
      default:
        request satisfies never;
    }
    this.#channel.reply({ kind: 'done' });
  }

  #open({ start, network }: HubRequest & { kind: 'open' }): void {
    const channel = this.#channel;
    this.#carried = new CarriedNetwork({
      network,
      nowNs: createRunTime(start),
      controlFd,
      onRecord: (record) => channel.record(record),
      countLost: () => channel.lostRecords,
    });
  }
}

function captureReply(carried: CarriedNetwork, order: CaptureOrder | undefined): HubReply {
  try {
    carried.capture(order);
    return { kind: 'done' };
  } catch (error) {
    return { kind: 'refused', message: error instanceof Error ? error.message : String(error) };
  }
}

function describe(error: unknown): { code: string; message: string; hint: string | undefined } {
  if (error instanceof RopewalkError) return error;
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'hub-failed', message, hint: undefined };
}

const hub = new HubProcess();
try {
  hub.run();
} catch (error) {
  hub.tellFailure(error);
  process.exitCode = 1;
}
