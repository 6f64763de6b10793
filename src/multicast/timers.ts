/** What time does: queries go out, wishes that nobody repeats end, accounting hears of those that last. */
import { moveDeadline, takeDue } from '../base/deadline-queue.ts';
import { end, schedule, tellAccounting } from './membership.ts';
import type { MulticastSink } from './sink.ts';
import type { Membership, MulticastState, Port } from './state.ts';

export function advanceMulticast(state: MulticastState, nowNs: number, sink: MulticastSink): void {
  for (;;) {
    const due = takeDue<Membership | Port>(state, nowNs);
    if (due === undefined) return;
    if (due.kind === 'port') queryPort(state, nowNs, due, sink);
    else advanceMembership(state, nowNs, due, sink);
  }
}

function queryPort(state: MulticastState, nowNs: number, port: Port, sink: MulticastSink): void {
  sink.query(port.settings.name);
  moveDeadline(state, port, nowNs + state.settings.queryIntervalNs);
}

function advanceMembership(
  state: MulticastState,
  nowNs: number,
  membership: Membership,
  sink: MulticastSink,
): void {
  if (membership.expiresAtNs <= nowNs) {
    end(state, nowNs, membership, 'ageing', sink);
    return;
  }
  const { standing } = membership;
  if (standing.kind === 'member' && standing.interimAtNs <= nowNs) {
    tellAccounting(nowNs, membership, 'interim', sink);
    membership.standing = { ...standing, interimAtNs: nowNs + state.settings.interimNs };
  }
  schedule(state, membership);
}
