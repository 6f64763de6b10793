/**
 * Which table of routes a packet is led by: `ip rule`. struct fib_rule_hdr of linux/fib_rules.h: family 0,
 * destination length 1, source length 2, table 4, action 7.
 */
import { type Family, formatIp, type Ip } from '../base/address.ts';
import { widthOf } from '../base/prefix.ts';
import { read32 } from './layout.ts';
import { familyNumber, ipBytes, readIp } from './link-address.ts';
import {
  attribute,
  buildMessage,
  netlinkFlag,
  numberAttribute,
  parseAttributes,
} from './netlink.ts';
import type { RouteRequest, RouteSocket } from './route-socket.ts';
import { addressFamily } from './socket-address.ts';

const message = { added: 32, removed: 33, get: 34 } as const;
const infoBytes = 12;
/** FRA_*, FR_ACT_TO_TBL. */
const field = { source: 2, priority: 6, mark: 10, table: 15, protocol: 21 } as const;
const lookUp = 1;

export interface PolicyRule {
  readonly family: Family;
  /** The lowest is asked first. */
  readonly priority: number;
  readonly table: number;
  /** RTPROT_*: whose rule it is. */
  readonly protocol: number;
  /** Only packets from there. */
  readonly source?: Ip;
  /** Only packets of sockets with this mark. */
  readonly mark?: number;
}

export function addRule(rule: PolicyRule): RouteRequest {
  return request('add', message.added, netlinkFlag.create | netlinkFlag.exclusive, rule);
}

export function removeRule(rule: PolicyRule): RouteRequest {
  return request('remove', message.removed, 0, rule);
}

function request(verb: string, type: number, flags: number, rule: PolicyRule): RouteRequest {
  const { family, priority, table, protocol, source, mark } = rule;
  const info = new Uint8Array(infoBytes);
  info[0] = family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
  if (source !== undefined) {
    info[0] = familyNumber(source);
    info[2] = widthOf(source);
  }
  info[7] = lookUp;
  const parts = [
    numberAttribute(field.priority, priority),
    numberAttribute(field.table, table),
    attribute(field.protocol, Uint8Array.of(protocol)),
  ];
  if (source !== undefined) parts.push(attribute(field.source, ipBytes(source)));
  if (mark !== undefined) parts.push(numberAttribute(field.mark, mark));
  const from = source === undefined ? `mark ${mark}` : `from ${formatIp(source)}`;
  const what = `${verb} rule ${priority}, ${from}, table ${table}`;
  return { what, message: buildMessage(type, flags, info, ...parts) };
}

/** Those of one protocol. */
export function listRules(socket: RouteSocket, protocol: number): PolicyRule[] {
  return socket
    .dump(message.get, new Uint8Array(infoBytes))
    .map(({ body }) => ({ body, attributes: parseAttributes(body, infoBytes) }))
    .filter(({ attributes }) => attributes.get(field.protocol)?.[0] === protocol)
    .map(({ body, attributes }) => {
      const source = attributes.get(field.source);
      const mark = attributes.get(field.mark);
      const from = source && readIp(source);
      return {
        family: body[0] === addressFamily.ipv4 ? 4 : 6,
        priority: numberOf(attributes.get(field.priority)),
        table: numberOf(attributes.get(field.table)),
        protocol,
        ...(from !== undefined && { source: from }),
        ...(mark !== undefined && { mark: read32(mark, 0) }),
      };
    });
}

function numberOf(bytes: Uint8Array | undefined): number {
  return bytes === undefined ? 0 : read32(bytes, 0);
}
