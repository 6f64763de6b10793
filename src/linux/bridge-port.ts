/** What a port of a bridge does, over netlink: IFLA_BRPORT_* of linux/if_link.h. */
import { write32 } from './layout.ts';
import { linkMessage } from './link.ts';
import { attribute, buildMessage, nestedAttribute } from './netlink.ts';
import type { RouteRequest } from './route-socket.ts';

const bridgeFamily = 7;
const infoBytes = 16;
const field = { protocolInfo: 12 | 0x8000, broadcastFlood: 30 } as const;

/** Whether broadcasts leave by the port. */
export function letBroadcast(portIndex: number, isLet: boolean): RouteRequest {
  const info = new Uint8Array(infoBytes);
  info[0] = bridgeFamily;
  write32(info, 4, portIndex);
  const flood = attribute(field.broadcastFlood, Uint8Array.of(isLet ? 1 : 0));
  const message = buildMessage(
    linkMessage.set,
    0,
    info,
    nestedAttribute(field.protocolInfo, flood),
  );
  return { what: `${isLet ? 'let' : 'stop'} broadcast by port ${portIndex}`, message };
}
