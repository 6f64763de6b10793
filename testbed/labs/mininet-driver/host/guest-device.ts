/** What a guest is plugged into, made in the namespace of this thread before it boots. */
import { changeLink } from '../../../../src/linux/link.ts';
import { RouteSocket } from '../../../../src/linux/route-socket.ts';
import { keepDevice, TunDevice } from '../../../../src/linux/tun.ts';

/** The guest finds it up: a frame that a TAP device refuses is the last that it sends. */
export function makeGuestDevice(name: string): void {
  using socket = new RouteSocket();
  using tun = TunDevice.open({ name, kind: 'tap' });
  keepDevice(tun);
  socket.apply([changeLink(name, { up: true })]);
}
