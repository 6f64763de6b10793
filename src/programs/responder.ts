/** Answers each request with as many bytes, and the time that the requester put into it. */
import { addNumber, createNumberSet } from '../base/number-set.ts';
import type { StartProgram } from '../host/program.ts';
import { closeFlowEnd, openFlowEnd, sendControl, sendFlow } from './flow-end.ts';
import { readFlowSettings } from './flow-settings.ts';
import { noteFlow } from './records.ts';

export const startResponder: StartProgram = (host, given) => {
  const settings = readFlowSettings(given);
  const answered = createNumberSet();
  let isComplete = false;
  const complete = () => {
    if (isComplete) return;
    isComplete = true;
    noteFlow(host.records, 'flow.complete', { flow: settings.flow, received: answered.size });
    host.lifecycle.finish();
  };
  const end = openFlowEnd(host, settings, {
    opened: () => {},
    received: ({ kind, number, sentAtNs }, from) => {
      end.peer = from;
      if (kind === 'request') {
        addNumber(answered, number);
        sendFlow(end, 'response', number, settings.payloadBytes, sentAtNs);
      } else if (kind === 'end') {
        sendControl(end, 'end-ack', number);
        complete();
      }
    },
  });
  return { stop: () => closeFlowEnd(end) };
};
