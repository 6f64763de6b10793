/** The tail loss probe of RFC 8985 7: a segment sent before the time-out, so that its ACK shows what was lost. */
import { nsPerMs, nsPerSecond } from '../../base/time.ts';

/** RFC 8985 7.2: TLP.max_ack_delay, the longest a receiver delays an acknowledgement. */
export const largestAckDelayNs = 200 * nsPerMs;
/** RFC 8985 7.2: without a round trip to go by. */
const blindProbeNs = nsPerSecond;

export interface ProbeState {
  /** TLP.end_seq: the sequence after the probe that is out, if one is. */
  endSequence: number | undefined;
  isRetransmission: boolean;
}

export function makeProbe(): ProbeState {
  return { endSequence: undefined, isRetransmission: false };
}

/** RFC 8985 7.2: whether the timer to arm is a probe's and not the retransmission timer. */
export function mayScheduleProbe(at: {
  readonly hasSack: boolean;
  readonly isInRecovery: boolean;
  readonly sackedBytes: number;
  readonly probe: Readonly<ProbeState>;
}): boolean {
  const isOut = at.probe.endSequence !== undefined;
  return at.hasSack && !at.isInRecovery && at.sackedBytes === 0 && !isOut;
}

/** RFC 8985 7.2: how long after the last sending or ACK the probe goes, never after the retransmission timer. */
export function probeTimeoutNs(at: {
  /** 0: no sample yet. */
  readonly srttNs: number;
  readonly flightSegments: number;
  /** What is left of the retransmission timer. */
  readonly rtoLeftNs: number;
}): number {
  let timeoutNs = blindProbeNs;
  if (at.srttNs > 0) {
    timeoutNs = 2 * at.srttNs;
    if (at.flightSegments <= 1) timeoutNs += largestAckDelayNs;
  }
  return Math.max(0, Math.min(timeoutNs, at.rtoLeftNs));
}

/** RFC 8985 7.3: the probe was sent: new data if there was any, or else the last segment again. */
export function noteProbe(state: ProbeState, endSequence: number, isRetransmission: boolean): void {
  state.endSequence = endSequence;
  state.isRetransmission = isRetransmission;
}

/** What an ACK says of the probe that is out (RFC 8985 7.4). */
export type ProbeOutcome =
  | 'none'
  | 'waiting'
  /** New data arrived, or both copies did. */
  | 'nothing-lost'
  /** The probe repaired a loss: the congestion controller is to be told. */
  | 'repaired';

/** RFC 8985 7.4.2: TLP_process_ack. */
export function judgeProbe(
  state: ProbeState,
  ack: {
    readonly acknowledgment: number;
    /** A D-SACK block ends where the probe ended. */
    readonly hasDsackOfProbe: boolean;
    /** Acknowledges nothing new and carries no SACK block. */
    readonly isPlainDuplicate: boolean;
  },
): ProbeOutcome {
  if (state.endSequence === undefined) return 'none';
  const beyondBytes = (ack.acknowledgment - state.endSequence) | 0;
  if (beyondBytes < 0) return 'waiting';
  const outcome = judgeAcknowledged(state, beyondBytes, ack);
  if (outcome !== 'waiting') state.endSequence = undefined;
  return outcome;
}

function judgeAcknowledged(
  state: ProbeState,
  beyondBytes: number,
  ack: { readonly hasDsackOfProbe: boolean; readonly isPlainDuplicate: boolean },
): ProbeOutcome {
  if (!state.isRetransmission || ack.hasDsackOfProbe) return 'nothing-lost';
  if (beyondBytes > 0) return 'repaired';
  return ack.isPlainDuplicate ? 'nothing-lost' : 'waiting';
}

/** A time-out or a recovery makes the probe's question moot. */
export function forgetProbe(state: ProbeState): void {
  state.endSequence = undefined;
}
