import { type LinkState, listLinks } from '../linux/link.ts';
import type { RouteSocket } from '../linux/route-socket.ts';

export function findLink(socket: RouteSocket, name: string): LinkState {
  return listLinks(socket).find((link) => link.name === name)!;
}
