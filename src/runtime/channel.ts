/** A stream between a lab and what it starts: an inherited descriptor, or a socket where none can be handed down. */
import { connect, Socket } from 'node:net';
import process from 'node:process';

/** Names the sockets, of which the descriptor's number is the ending. */
export const channelsVariable = 'ROPEWALK_CHANNELS';

export function openChannel(fd: number, options: { readonly readable?: boolean } = {}): Socket {
  const path = process.env[channelsVariable];
  return path === undefined ? new Socket({ fd, ...options }) : connect(`${path}.${fd}`);
}
