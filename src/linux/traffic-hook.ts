/**
 * Programs on the way of frames by traffic control: clsact and cls_bpf, which stay after their process has ended.
 * struct tcmsg of linux/rtnetlink.h: interface 4, handle 8, parent 12, info 16; TCA_BPF_* of linux/pkt_cls.h.
 */
import { write32 } from './layout.ts';
import {
  attribute,
  buildMessage,
  nestedAttribute,
  netlinkFlag,
  numberAttribute,
  textAttribute,
} from './netlink.ts';
import type { RouteRequest } from './route-socket.ts';

const message = { addQdisc: 36, addFilter: 44 } as const;
const infoBytes = 20;
const field = { kind: 1, options: 2, programFd: 6, name: 7, flags: 8 } as const;
/** TC_H_CLSACT, and its side for what leaves. */
const hookParent = 0xffff_fff1;
const hookHandle = 0xffff_0000;
const egressParent = 0xffff_fff3;
/** Priority 1, ETH_P_ALL in the network's order. */
const firstOfAll = 0x0001_0300;
/** TCA_BPF_FLAG_ACT_DIRECT: the program's result is the verdict. */
const direct = 1;

/** One that stands is left as it is. */
export function addHookQdisc(linkIndex: number): RouteRequest {
  const info = infoOf(linkIndex, hookHandle, hookParent, 0);
  const kind = textAttribute(field.kind, 'clsact');
  const flags = netlinkFlag.create | netlinkFlag.replace;
  const what = `add clsact to link ${linkIndex}`;
  return { what, message: buildMessage(message.addQdisc, flags, info, kind) };
}

/** In place of the one that stands. */
export function addEgressProgram(linkIndex: number, programFd: number): RouteRequest {
  const info = infoOf(linkIndex, 1, egressParent, firstOfAll);
  const options = nestedAttribute(
    field.options,
    numberAttribute(field.programFd, programFd),
    attribute(field.name, new TextEncoder().encode('ropewalk\0')),
    numberAttribute(field.flags, direct),
  );
  const flags = netlinkFlag.create | netlinkFlag.replace;
  const kind = textAttribute(field.kind, 'bpf');
  const what = `add a program to what leaves by link ${linkIndex}`;
  return { what, message: buildMessage(message.addFilter, flags, info, kind, options) };
}

function infoOf(linkIndex: number, handle: number, parent: number, info: number): Uint8Array {
  const bytes = new Uint8Array(infoBytes);
  write32(bytes, 4, linkIndex);
  write32(bytes, 8, handle);
  write32(bytes, 12, parent);
  write32(bytes, 16, info);
  return bytes;
}
