/** The window that all subflows offer together (RFC 8684 3.3.4). */
import type { MptcpConnection } from './connection.ts';

/** What may still come before its user has read. */
export function roomBytes({ settings, receive }: MptcpConnection): number {
  const held = receive.nxt - receive.bufferedFrom;
  return Math.max(0, settings.receiveBufferBytes - held - receive.messageBytes);
}

export function shareRoom(owner: MptcpConnection): void {
  const room = roomBytes(owner);
  for (const { tcp } of owner.subflows) if (tcp !== undefined) tcp.receive.sharedRoomBytes = room;
}
