/** Asks, waits for the answer or the time-out, pauses, asks again. */
import type { Host, Timer } from '../host/host.ts';
import type { RunningProgram, StartProgram } from '../host/program.ts';
import type { FlowDatagram } from '../wire/flow.ts';
import { type FlowEnd, type FlowEvents, sendControl } from './flow-end.ts';
import { type FlowSettings, readFlowSettings } from './flow-settings.ts';
import { openFlowEnd } from './open-flow-end.ts';
import { noteFlow } from './records.ts';
import { type Repetition, repeatUntilStopped } from './repetition.ts';

class Requester implements FlowEvents, RunningProgram {
  readonly end: FlowEnd;
  sent = 0;
  /** The request without an answer so far; 0: there is none. */
  pending = 0;
  timer: Timer | undefined = undefined;
  /** What the timer calls: made once, not for each request. */
  readonly giveUp = (): void => giveUp(this);
  readonly goOn = (): void => goOn(this);
  ending: Repetition | undefined = undefined;
  startNs = 0;

  constructor(host: Host, settings: FlowSettings) {
    this.end = openFlowEnd(host, settings, this);
  }

  opened(): void {
    begin(this);
  }

  received(datagram: FlowDatagram): void {
    if (datagram.kind === 'response') noteResponse(this, datagram);
    else if (datagram.kind === 'end-ack') this.ending?.stop();
  }

  stop(): void {
    this.timer?.cancel();
    this.ending?.stop();
    this.end.close();
  }
}

export const startRequester: StartProgram = (host, given) =>
  new Requester(host, readFlowSettings(given));

function begin(requester: Requester): void {
  requester.startNs = requester.end.host.clock.nowNs();
  goOn(requester);
}

function goOn(requester: Requester): void {
  if (asksAt(requester, requester.end.host.clock.nowNs())) ask(requester);
  else finish(requester);
}

function asksAt({ end, sent, startNs }: Requester, timeNs: number): boolean {
  return sent < end.settings.count && timeNs - startNs < end.settings.forNs;
}

function ask(requester: Requester): void {
  const { end } = requester;
  const { flow, payloadBytes, timeoutNs } = end.settings;
  requester.sent += 1;
  const n = requester.sent;
  requester.pending = n;
  noteFlow(end.host.records, 'request.sent', { flow, n, bytes: payloadBytes });
  if (timeoutNs < Number.POSITIVE_INFINITY) {
    requester.timer = end.host.clock.after(timeoutNs, requester.giveUp);
  }
  end.send('request', n, payloadBytes, end.host.clock.nowNs());
}

function giveUp(requester: Requester): void {
  const { host, settings } = requester.end;
  noteFlow(host.records, 'request.timed-out', { flow: settings.flow, n: requester.pending });
  pause(requester);
}

/** A double, or an answer after its time-out, counts for nothing. */
function noteResponse(requester: Requester, { number, sentAtNs, bytes }: FlowDatagram): void {
  if (number !== requester.pending) return;
  const { host, settings } = requester.end;
  const rttNs = host.clock.nowNs() - sentAtNs;
  noteFlow(host.records, 'response.received', { flow: settings.flow, n: number, bytes, rttNs });
  requester.timer?.cancel();
  pause(requester);
}

/** After the last answer there is nothing to pause for. */
function pause(requester: Requester): void {
  const { clock } = requester.end.host;
  const { intervalNs } = requester.end.settings;
  requester.pending = 0;
  if (asksAt(requester, clock.nowNs() + intervalNs)) {
    requester.timer = clock.after(intervalNs, requester.goOn);
  } else finish(requester);
}

/** Done is done, whether or not the other end hears of it: what was asked for was the requests. */
function finish(requester: Requester): void {
  const { end, sent } = requester;
  noteFlow(end.host.records, 'flow.ended', { flow: end.settings.flow, sent });
  requester.ending = repeatUntilStopped(end.host.clock, () => sendControl(end, 'end', sent));
  end.host.lifecycle.finish();
}
