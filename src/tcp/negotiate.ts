/** What both sides' SYNs agree on. An option holds only where both sent it. */
import { tcpFlag } from '../wire/tcp.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import type { Connection } from './connection.ts';
import { settleMss } from './segment-size.ts';

/** RFC 7323 2.3. */
const largestShift = 14;

export function negotiate(connection: Connection, nowNs: number, segment: ArrivedSegment): void {
  const { options, settings } = connection;
  if (segment.mssBytes > 0) options.peerMssBytes = segment.mssBytes;
  options.hasWindowScale = settings.usesWindowScale && segment.windowShift >= 0;
  options.sendShift = options.hasWindowScale ? Math.min(segment.windowShift, largestShift) : 0;
  if (!options.hasWindowScale) options.receiveShift = 0;
  options.hasSack = settings.usesSack && segment.isSackPermitted;
  options.hasTimestamps = settings.usesTimestamps && segment.hasTimestamps;
  if (options.hasTimestamps) {
    options.recentTimestamp = segment.timestampValue;
    options.recentAtNs = nowNs;
  }
  options.hasEcn = agreesOnEcn(connection, segment.flags);
  options.lastAckSent = connection.receive.nxt;
  settleMss(connection);
}

/** RFC 3168 6.1.1: ECE and CWR on a SYN offer it, ECE alone on the answer takes it. */
function agreesOnEcn({ settings, state }: Connection, flags: number): boolean {
  if (settings.ecn === 'off') return false;
  const bits = flags & (tcpFlag.ece | tcpFlag.cwr);
  if ((flags & tcpFlag.ack) === 0) return bits === (tcpFlag.ece | tcpFlag.cwr);
  return state === 'syn-sent' && settings.ecn === 'request' && bits === tcpFlag.ece;
}
