/** What TCP tells of a subflow; what follows is done when it has returned. */

import { never } from '../base/time.ts';
import type { Connection } from '../tcp/connection.ts';
import type { CloseReason } from '../tcp/sink.ts';
import type { MptcpConnection, Subflow } from './connection.ts';
import { report } from './liveness.ts';
import { type MptcpMachine, stir, stirPaths, tell } from './machine-state.ts';
import { welcome } from './paths.ts';
import { takeStored } from './receive-data.ts';
import { tryElsewhere } from './reinject.ts';

export function subflowConnected(machine: MptcpMachine, tcp: Connection): void {
  const subflow = machine.subflows.get(tcp.multipath);
  if (subflow === undefined) return;
  subflow.tcp = tcp;
  welcome(subflow.owner, subflow.interface);
  subflow.owner.timers.lonelyAtNs = never;
  report(machine, subflow);
  stir(machine, subflow.owner);
}

/** Its FIN: the subflow's end. The data's is DATA_FIN, but after a fallback (RFC 8684 3.3.3, 3.7). */
export function subflowEnded(machine: MptcpMachine, tcp: Connection): void {
  const subflow = machine.subflows.get(tcp.multipath);
  if (subflow === undefined) return;
  const { owner } = subflow;
  if (owner.state === 'plain') {
    // What the FIN's own segment brought was not looked at yet.
    takeStored(machine, subflow, tcp);
    owner.receive.isEnded = true;
    owner.receive.finAt = owner.receive.nxt;
    owner.receive.nxt += 1;
    tell(machine, owner);
  } else {
    tryElsewhere(subflow);
  }
  stir(machine, owner);
}

/** `reason` undefined: it never got beyond its handshake. */
export function subflowClosed(
  machine: MptcpMachine,
  tcp: Connection,
  reason: CloseReason | undefined,
): void {
  const subflow = machine.subflows.get(tcp.multipath);
  if (subflow === undefined || subflow.phase === 'closed') return;
  const { owner } = subflow;
  const wasOpening = subflow.phase === 'opening';
  subflow.phase = 'closed';
  tryElsewhere(subflow, true);
  if (owner.role === 'initiator')
    machine.ground.givePort(subflow.local.address, subflow.local.port);
  machine.subflows.delete(subflow.number);
  const at = owner.subflows.indexOf(subflow);
  if (at >= 0) owner.subflows.splice(at, 1);
  report(machine, subflow);
  if (owner.subflows.length === 0) lastSubflowClosed(owner, subflow, reason, wasOpening);
  stirPaths(machine, owner);
}

function lastSubflowClosed(
  owner: MptcpConnection,
  subflow: Subflow,
  reason: CloseReason | undefined,
  wasOpening: boolean,
): void {
  const isAlone = owner.state !== 'multipath';
  // A join that is refused while nothing else is left: the other side has forgotten us.
  if (isAlone || (wasOpening && !subflow.isFirst && reason === 'refused')) {
    owner.ending ??= endingOf(owner, reason);
  }
}

function endingOf(
  { state }: MptcpConnection,
  reason: CloseReason | undefined,
): MptcpConnection['ending'] {
  switch (reason) {
    case 'refused':
      return state === 'multipath' ? 'reset' : 'refused';
    case 'keep-alive':
      return 'timed-out';
    case undefined:
      return 'aborted';
    case 'finished':
      return undefined;
    case 'aborted':
    case 'reset':
    case 'timed-out':
    case 'unreachable':
      return reason;
  }
}
