/**
 * Notes what arrives. Once it knows that the source has ended, it waits for stragglers until a
 * second has gone by without a datagram. After that it still answers `end`, because the source
 * may not have heard the first answer.
 */
import { addNumber, createNumberSet, type NumberSet } from '../base/number-set.ts';
import { nsPerSecond } from '../base/time.ts';
import type { Timer } from '../host/host.ts';
import type { StartProgram } from '../host/program.ts';
import type { FlowDatagram } from '../wire/flow.ts';
import { type FlowEnd, sendControl } from './flow-end.ts';
import { readFlowSettings } from './flow-settings.ts';
import { openFlowEnd } from './open-flow-end.ts';
import { noteFlow } from './records.ts';

/** How long nothing must come before the sink believes that nothing will. */
const lingerNs = nsPerSecond;

interface Sink {
  readonly end: FlowEnd;
  readonly received: NumberSet;
  lastArrivalNs: number;
  isEnded: boolean;
  timer: Timer | undefined;
}

export const startStreamSink: StartProgram = (host, given) => {
  const end = openFlowEnd(host, readFlowSettings(given), {
    opened: () => {},
    received: (datagram, from) => {
      end.turnTo(from);
      if (datagram.kind === 'data') noteArrival(sink, datagram);
      else if (datagram.kind === 'end') acknowledgeEnd(sink, datagram.number);
    },
  });
  const sink: Sink = {
    end,
    received: createNumberSet(),
    lastArrivalNs: 0,
    isEnded: false,
    timer: undefined,
  };
  return {
    stop: () => {
      sink.timer?.cancel();
      end.close();
    },
  };
};

function noteArrival(sink: Sink, { number, bytes }: FlowDatagram): void {
  const { host, settings } = sink.end;
  noteFlow(host.records, 'datagram.received', { flow: settings.flow, n: number, bytes });
  addNumber(sink.received, number);
  sink.lastArrivalNs = host.clock.nowNs();
}

function acknowledgeEnd(sink: Sink, sent: number): void {
  sendControl(sink.end, 'end-ack', sent);
  if (sink.isEnded) return;
  sink.isEnded = true;
  sink.lastArrivalNs = sink.end.host.clock.nowNs();
  linger(sink);
}

function linger(sink: Sink): void {
  const { clock } = sink.end.host;
  const waitNs = sink.lastArrivalNs + lingerNs - clock.nowNs();
  if (waitNs > 0) sink.timer = clock.after(waitNs, () => linger(sink));
  else complete(sink);
}

function complete({ end, received }: Sink): void {
  noteFlow(end.host.records, 'flow.complete', { flow: end.settings.flow, received: received.size });
  end.host.lifecycle.finish();
}
