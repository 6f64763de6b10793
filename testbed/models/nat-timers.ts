/** How long a flow is remembered: RFC 4787 4.3 (UDP), RFC 5382 5 and RFC 7857 2 (TCP), RFC 5508 3.2 (queries). */
import { ipProtocol } from '../../src/wire/ip-protocol.ts';
import { tcpFlag } from '../../src/wire/tcp.ts';
import type { NatSettings } from '../schema/nat-settings.ts';

/** RFC 7857 2 takes the states of RFC 6146 3.5.2; `new` is its CLOSED, and what UDP stays in. */
export type TcpPhase =
  | 'new'
  | 'init-inside'
  | 'init-outside'
  | 'established'
  | 'fin-inside'
  | 'fin-outside'
  | 'fin-both'
  | 'trans';

export interface TimedFlow {
  phase: TcpPhase;
  /** Whether the inside has sent anything: only then do a TCP peer's segments keep the flow alive. */
  heardInside: boolean;
  expiresNs: number;
}

/** Takes note of one packet and says when the flow ends if nothing follows; `expiresNs` is the caller's to set. */
export function notePacket(
  flow: TimedFlow,
  settings: NatSettings,
  nowNs: number,
  protocol: number,
  fromInside: boolean,
  tcpFlags: number,
): number {
  if (fromInside) flow.heardInside = true;
  if (protocol === ipProtocol.tcp) return noteSegment(flow, settings, nowNs, fromInside, tcpFlags);
  if (!fromInside && !settings.refreshInbound) return flow.expiresNs;
  const { udpNs, icmpNs } = settings.timers;
  return nowNs + (protocol === ipProtocol.udp ? udpNs : icmpNs);
}

function noteSegment(
  flow: TimedFlow,
  settings: NatSettings,
  nowNs: number,
  fromInside: boolean,
  tcpFlags: number,
): number {
  const before = flow.phase;
  flow.phase = nextPhase(before, fromInside, tcpFlags);
  if (!flow.heardInside) return flow.expiresNs;
  const { tcpTransitoryNs, tcpEstablishedNs } = settings.timers;
  switch (flow.phase) {
    case 'established':
    case 'fin-inside':
    case 'fin-outside':
      return nowNs + tcpEstablishedNs;
    case 'init-inside':
    case 'init-outside':
      return fromInside && (tcpFlags & tcpFlag.syn) !== 0
        ? nowNs + tcpTransitoryNs
        : flow.expiresNs;
    case 'fin-both':
    case 'trans':
      return before === flow.phase ? flow.expiresNs : nowNs + tcpTransitoryNs;
    case 'new':
      return flow.expiresNs;
  }
}

/** RFC 6146 3.5.2.2, with one addition: a SYN on closed ports opens them anew (RFC 9293 3.6.1). */
export function nextPhase(phase: TcpPhase, fromInside: boolean, tcpFlags: number): TcpPhase {
  const syn = (tcpFlags & tcpFlag.syn) !== 0;
  const rst = (tcpFlags & tcpFlag.rst) !== 0;
  const fin = (tcpFlags & tcpFlag.fin) !== 0;
  switch (phase) {
    case 'new':
      return syn ? initOf(fromInside) : 'trans';
    case 'init-inside':
      return syn && !fromInside ? 'established' : phase;
    case 'init-outside':
      return syn && fromInside ? 'established' : phase;
    case 'established':
      if (rst) return 'trans';
      return fin ? finOf(fromInside) : phase;
    case 'fin-inside':
      return fin && !fromInside ? 'fin-both' : phase;
    case 'fin-outside':
      return fin && fromInside ? 'fin-both' : phase;
    case 'fin-both':
      return syn && !rst ? initOf(fromInside) : phase;
    case 'trans':
      return rst ? phase : 'established';
  }
}

function initOf(fromInside: boolean): TcpPhase {
  return fromInside ? 'init-inside' : 'init-outside';
}

function finOf(fromInside: boolean): TcpPhase {
  return fromInside ? 'fin-inside' : 'fin-outside';
}
