/**
 * The flows that the kernel remembers (nf_conntrack), over netlink. struct nfgenmsg of
 * linux/netfilter/nfnetlink.h: family 0, version 1, resource 2; numbers of nfnetlink_conntrack.h.
 */
import { buildMessage } from './netlink.ts';
import { type RouteRequest, RouteSocket } from './route-socket.ts';

const netfilterProtocol = 12;
/** The subsystem of conntrack, and IPCTNL_MSG_CT_DELETE. */
const deleteFlows = 0x0102;
const infoBytes = 4;

/** All of them, in the namespace of this thread. */
export function forgetFlows(): void {
  using socket = new RouteSocket(0, netfilterProtocol);
  const message = buildMessage(deleteFlows, 0, new Uint8Array(infoBytes));
  const request: RouteRequest = { what: 'forget all flows', message };
  socket.apply([request]);
}
