/** A mapping that the other side told (RFC 8684 3.3.1, 3.7). */

import type { Verdict } from '../tcp/multipath.ts';
import type { DataMapping } from '../wire/mptcp.ts';
import { resetReason } from '../wire/mptcp.ts';
import type { Mapping, Subflow } from './connection.ts';
import { fromWire } from './data-numbers.ts';
import { fallBack, mayFallBack } from './fallback.ts';
import type { MptcpMachine } from './machine-state.ts';
import { noteTold } from './mappings.ts';

/** Farther than any window from what is expected: a lie, or another connection's. */
const farthestBytes = 2 ** 30;

/** `isFin`: the mapping's last number is DATA_FIN's. */
export function readMapping(
  machine: MptcpMachine,
  subflow: Subflow,
  option: DataMapping,
  isFin: boolean,
): Verdict {
  const { owner } = subflow;
  const dataFrom = fromWire(owner.remoteFacts, option.dataSequence, owner.receive.nxt);
  if (dataFrom === undefined || Math.abs(dataFrom - owner.receive.nxt) > farthestBytes) {
    return refuse(machine, subflow);
  }
  if (option.length === 0) return beginInfinite(machine, subflow, option, dataFrom);
  const hasChecksum = option.checksum !== undefined;
  if (hasChecksum !== owner.usesChecksum) return refuse(machine, subflow);
  if (isFin) owner.receive.finAt ??= dataFrom + option.length - 1;
  const length = option.length - (isFin ? 1 : 0);
  if (length === 0) return 'goes-on';
  return acceptMapping(machine, subflow, {
    subflowFrom: unwrap(subflow, option.subflowSequence),
    dataFrom,
    length,
    checksum: option.checksum,
    isTriedElsewhere: isFin,
  });
}

export function acceptMapping(machine: MptcpMachine, subflow: Subflow, mapping: Mapping): Verdict {
  const noted = noteTold(subflow, mapping, consumedTo(subflow));
  if (noted === 'contradicts') return refuse(machine, subflow);
  subflow.hasMapping = true;
  return 'goes-on';
}

/** Where the subflow's bytes begin that were not handed on. */
export function consumedTo({ tcp }: Subflow): number {
  if (tcp === undefined || tcp.receive.bufferedFrom === 0) return 1;
  return tcp.receive.bufferedFrom - tcp.receive.irs;
}

function unwrap(subflow: Subflow, wire: number): number {
  const near = consumedTo(subflow);
  return near + ((wire - near) | 0);
}

/** RFC 8684 3.7: from here on the subflow's bytes are the data's. */
function beginInfinite(
  machine: MptcpMachine,
  subflow: Subflow,
  option: DataMapping,
  dataFrom: number,
): Verdict {
  if (subflow.owner.subflows.length > 1) return refuse(machine, subflow);
  const from = unwrap(subflow, option.subflowSequence);
  if (dataFrom !== expectedAt(subflow, from)) return refuse(machine, subflow);
  subflow.infiniteFrom = { subflow: from, data: dataFrom };
  fallBack(machine, subflow, 'asked');
  return 'goes-on';
}

/** On a subflow that is alone the data goes on where it was, byte for byte. */
function expectedAt({ told, owner, tcp }: Subflow, from: number): number | undefined {
  const last = told[told.length - 1];
  if (last !== undefined) return last.dataFrom + from - last.subflowFrom;
  if (tcp === undefined) return undefined;
  return owner.receive.nxt + from - (tcp.receive.bufferedFrom - tcp.receive.irs);
}

/** RFC 8684 3.7: what can't be is answered by a reset, or by plain TCP while there is nothing else. */
function refuse(machine: MptcpMachine, subflow: Subflow): Verdict {
  if (mayFallBack(subflow) && !subflow.hasMapping) {
    fallBack(machine, subflow, 'options-lost');
    return 'goes-on';
  }
  subflow.resetReason = resetReason.mptcpError;
  return 'reset';
}
