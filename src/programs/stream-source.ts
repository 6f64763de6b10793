/** Sends numbered datagrams at the pace that was asked for, then says how many they were. */
import { never } from '../base/time.ts';
import type { Timer } from '../host/host.ts';
import type { RunningProgram, StartProgram } from '../host/program.ts';
import { type FlowEnd, sendControl } from './flow-end.ts';
import { readFlowSettings } from './flow-settings.ts';
import { openFlowEnd } from './open-flow-end.ts';
import { createPacing, goToNext, type Pacing, sizeOfNext } from './pacing.ts';
import { noteFlow } from './records.ts';
import { type Repetition, repeatUntilStopped } from './repetition.ts';

interface Source {
  readonly end: FlowEnd;
  readonly pacing: Pacing;
  startNs: number;
  timer: Timer | undefined;
  ending: Repetition | undefined;
  isFinished: boolean;
}

export const startStreamSource: StartProgram = (host, given) => {
  const settings = readFlowSettings(given);
  const pacing = createPacing(settings, host.random);
  const end = openFlowEnd(host, settings, {
    opened: () => begin(source),
    received: ({ kind }) => kind === 'end-ack' && finish(source),
    drained: () => source.ending === undefined && sendDue(source),
  });
  const source: Source = {
    end,
    pacing,
    startNs: 0,
    timer: undefined,
    ending: undefined,
    isFinished: false,
  };
  return stoppable(source);
};

function begin(source: Source): void {
  source.startNs = source.end.host.clock.nowNs();
  sendDue(source);
}

/** So much of the flow may leave at once; what a clock can't tell apart does in any case. */
const burstNs = 1_000_000;

/**
 * A timer that was late sends what is due by now, so that the rate holds on average, whatever the clock.
 * After a stall that would be a burst that no queue on the way was meant for: the source then catches
 * up at twice its pace.
 */
function sendDue(source: Source): void {
  const { pacing, end } = source;
  const { clock } = end.host;
  const passedNs = clock.nowNs() - source.startNs;
  const burstEndNs = pacing.dueNs + burstNs;
  source.timer?.cancel();
  while (pacing.dueNs <= passedNs && pacing.dueNs < burstEndNs && !end.isBlocked) {
    sendNumbered(source);
    goToNext(pacing);
  }
  if (pacing.dueNs === never || passedNs >= end.settings.forNs) conclude(source);
  else if (!end.isBlocked) {
    const isBehind = pacing.dueNs <= passedNs;
    const waitNs = isBehind ? burstNs / 2 : source.startNs + pacing.dueNs - clock.nowNs();
    source.timer = clock.after(Math.max(0, waitNs), () => sendDue(source));
  }
}

function sendNumbered({ pacing, end }: Source): void {
  const bytes = sizeOfNext(pacing);
  const n = pacing.number;
  noteFlow(end.host.records, 'datagram.sent', { flow: end.settings.flow, n, bytes });
  end.send('data', n, bytes, end.host.clock.nowNs());
}

function conclude(source: Source): void {
  const { end, pacing } = source;
  const sent = pacing.number - 1;
  noteFlow(end.host.records, 'flow.ended', { flow: end.settings.flow, sent });
  source.ending = repeatUntilStopped(end.host.clock, () => sendControl(end, 'end', sent));
}

function finish(source: Source): void {
  if (source.isFinished || source.ending === undefined) return;
  source.isFinished = true;
  source.ending.stop();
  source.end.host.lifecycle.finish();
}

function stoppable(source: Source): RunningProgram {
  return {
    stop: () => {
      source.timer?.cancel();
      source.ending?.stop();
      source.end.close();
    },
  };
}
