/** Answers each request with as many bytes, and the time that the requester put into it. */
import type { Endpoint } from '../base/address.ts';
import { addNumber, createNumberSet } from '../base/number-set.ts';
import type { Host } from '../host/host.ts';
import type { RunningProgram, StartProgram } from '../host/program.ts';
import type { FlowDatagram } from '../wire/flow.ts';
import { type FlowEnd, type FlowEvents, sendControl } from './flow-end.ts';
import { type FlowSettings, readFlowSettings } from './flow-settings.ts';
import { openFlowEnd } from './open-flow-end.ts';
import { noteFlow } from './records.ts';

class Responder implements FlowEvents, RunningProgram {
  readonly end: FlowEnd;
  readonly answered = createNumberSet();
  isComplete = false;

  constructor(host: Host, settings: FlowSettings) {
    this.end = openFlowEnd(host, settings, this);
  }

  opened(): void {}

  received({ kind, number, sentAtNs }: FlowDatagram, from: Endpoint): void {
    const { end } = this;
    end.turnTo(from);
    if (kind === 'request') {
      addNumber(this.answered, number);
      end.send('response', number, end.settings.payloadBytes, sentAtNs);
    } else if (kind === 'end') {
      sendControl(end, 'end-ack', number);
      this.#complete();
    }
  }

  stop(): void {
    this.end.close();
  }

  #complete(): void {
    if (this.isComplete) return;
    this.isComplete = true;
    const { host, settings } = this.end;
    noteFlow(host.records, 'flow.complete', { flow: settings.flow, received: this.answered.size });
    host.lifecycle.finish();
  }
}

export const startResponder: StartProgram = (host, given) =>
  new Responder(host, readFlowSettings(given));
