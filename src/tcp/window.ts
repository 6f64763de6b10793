/** The window that is offered (RFC 9293 3.8.6.2.2, RFC 7323 2). */
import type { Connection } from './connection.ts';
import { fullSegmentBytes } from './segment-size.ts';

/** In-order bytes that wait for the user. */
export function readableCount({ receive }: Connection): number {
  const dataTo =
    receive.finAt !== undefined && receive.nxt > receive.finAt ? receive.finAt : receive.nxt;
  return dataTo - receive.bufferedFrom;
}

function roomBytes(connection: Connection): number {
  return Math.max(0, connection.settings.receiveBufferBytes - readableCount(connection));
}

/** What stands in the next segment's window field; the right edge that it offers is noted. */
export function offerWindow(connection: Connection, isSyn: boolean): number {
  const { receive, options } = connection;
  const shift = isSyn ? 0 : options.receiveShift;
  const unit = 2 ** shift;
  if (receive.sharedRoomBytes >= 0) return offerShared(receive, unit);
  const edge = edgeToOffer(connection);
  // RFC 7323 2.4: rounding down would take back what was offered.
  let field = Math.floor((edge - receive.nxt) / unit);
  if (receive.nxt + field * unit < receive.offeredTo) {
    field = Math.ceil((receive.offeredTo - receive.nxt) / unit);
  }
  field = Math.min(field, 65_535);
  receive.offeredTo = Math.max(receive.offeredTo, receive.nxt + field * unit);
  return field;
}

/** RFC 8684 3.3.4: it counts from the data acknowledgment, so that here it may come closer. */
function offerShared(receive: Connection['receive'], unit: number): number {
  const field = Math.min(Math.floor(receive.sharedRoomBytes / unit), 65_535);
  receive.offeredTo = Math.max(receive.offeredTo, receive.nxt + field * unit);
  return field;
}

/** RFC 9293 3.8.6.2.2: the edge moves by a segment or half the buffer, or not at all. */
function edgeToOffer(connection: Connection): number {
  const { receive, settings } = connection;
  const edge = receive.nxt + roomBytes(connection);
  const step = Math.min(fullSegmentBytes(connection), settings.receiveBufferBytes / 2);
  return edge - receive.offeredTo >= step ? edge : receive.offeredTo;
}

/** The user read so much that the sender should know: what is left of the window would at least double. */
export function isUpdateDue(connection: Connection): boolean {
  const { receive } = connection;
  const leftBytes = receive.offeredTo - receive.nxt;
  const edge = edgeToOffer(connection);
  if (edge <= receive.offeredTo) return false;
  const most = 65_535 * 2 ** connection.options.receiveShift;
  const offered = Math.min(edge - receive.nxt, most);
  return offered >= 2 * leftBytes;
}
