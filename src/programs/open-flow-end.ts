/** The opening of a flow, which both roles share, on what the plan says carries it. */
import type { Host } from '../host/host.ts';
import { DatagramFlowEnd } from './datagram-flow-end.ts';
import type { FlowEnd, FlowEvents } from './flow-end.ts';
import type { FlowSettings } from './flow-settings.ts';
import { noteFlow } from './records.ts';
import { StreamFlowEnd } from './stream-flow-end.ts';

export function openFlowEnd(host: Host, settings: FlowSettings, events: FlowEvents): FlowEnd {
  const end =
    settings.transport === 'udp'
      ? new DatagramFlowEnd(host, settings, events)
      : new StreamFlowEnd(host, settings, events);
  host.lifecycle.ready();
  if (settings.opens) {
    noteFlow(host.records, 'flow.opened', { flow: settings.flow });
    end.begin();
  }
  return end;
}
