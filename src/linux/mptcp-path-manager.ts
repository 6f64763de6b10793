/**
 * Subflows of one MPTCP connection, by the kernel's path manager for user space (linux/mptcp_pm.h). It has those
 * connections alone that were opened while `net.mptcp.pm_type` was 1.
 */
import { type Endpoint, type Ip, isIpv4 } from '../base/address.ts';
import { int32Bytes, read16, write16 } from './layout.ts';
import { familyNumber, ipBytes } from './link-address.ts';
import {
  attribute,
  buildMessage,
  nestedAttribute,
  numberAttribute,
  parseAttributes,
  textAttribute,
} from './netlink.ts';
import { type RouteRequest, RouteSocket } from './route-socket.ts';

/** NETLINK_GENERIC; GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_*. */
const genericProtocol = 16;
const control = { id: 16, getFamily: 3, familyId: 1, familyName: 2 } as const;
const genericHeadBytes = 4;
const familyName = 'mptcp_pm';

const command = { removeAddress: 9, createSubflow: 10, destroySubflow: 11 } as const;
const field = { local: 1, token: 4, addressId: 5, remote: 6 } as const;
const addressField = { family: 1, id: 2, ipv4: 3, ipv6: 4, port: 5, flags: 6, link: 7 } as const;
const subflowFlag = 2;
/** NLA_F_NESTED: what holds an address is strict. */
const nestedFlag = 0x8000;

export interface SubflowEnds {
  readonly token: number;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** A number of one's own for the local address. */
  readonly addressId: number;
  readonly linkIndex: number;
}

export class MptcpPathManager implements Disposable {
  readonly #socket: RouteSocket;
  readonly #family: number;

  /** In the namespace of this thread; throws where the kernel has no MPTCP. */
  constructor() {
    this.#socket = new RouteSocket(0, genericProtocol);
    const name = textAttribute(control.familyName, familyName);
    const asked = buildMessage(control.id, 0, genericHead(control.getFamily), name);
    const { body } = this.#socket.ask({ what: `find ${familyName}`, message: asked });
    this.#family = read16(parseAttributes(body, genericHeadBytes).get(control.familyId)!, 0);
  }

  createSubflow(ends: SubflowEnds): void {
    this.#apply('create', command.createSubflow, ends, subflowFlag);
  }

  destroySubflow(ends: SubflowEnds): void {
    this.#apply('destroy', command.destroySubflow, ends, 0);
  }

  /** Tells the peer, by a subflow that stands, that an address is gone (REMOVE_ADDR of RFC 8684, 3.4.2). */
  removeAddress(token: number, addressId: number): void {
    const request: RouteRequest = {
      what: `remove address ${addressId} of ${token}`,
      message: buildMessage(
        this.#family,
        0,
        genericHead(command.removeAddress),
        attribute(field.token, int32Bytes(token)),
        attribute(field.addressId, Uint8Array.of(addressId)),
      ),
    };
    this.#socket.apply([request]);
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  #apply(verb: string, number: number, ends: SubflowEnds, flags: number): void {
    const { token, local, remote, addressId, linkIndex } = ends;
    const id = attribute(addressField.id, Uint8Array.of(addressId));
    const from = [
      ...addressParts(local.address),
      id,
      ...(flags === 0 ? [] : [numberAttribute(addressField.flags, flags)]),
      ...(linkIndex === 0 ? [] : [numberAttribute(addressField.link, linkIndex)]),
      ...(flags === 0 ? [portPart(local.port)] : []),
    ];
    const request: RouteRequest = {
      what: `${verb} a subflow of ${token}`,
      message: buildMessage(
        this.#family,
        0,
        genericHead(number),
        attribute(field.token, int32Bytes(token)),
        nestedAttribute(field.local | nestedFlag, ...from),
        nestedAttribute(
          field.remote | nestedFlag,
          ...addressParts(remote.address),
          portPart(remote.port),
        ),
      ),
    };
    this.#socket.apply([request]);
  }
}

function addressParts(address: Ip): Uint8Array[] {
  const family = new Uint8Array(2);
  write16(family, 0, familyNumber(address));
  const kind = isIpv4(address) ? addressField.ipv4 : addressField.ipv6;
  return [attribute(addressField.family, family), attribute(kind, ipBytes(address))];
}

function portPart(port: number): Uint8Array {
  const bytes = new Uint8Array(2);
  write16(bytes, 0, port);
  return attribute(addressField.port, bytes);
}

function genericHead(number: number): Uint8Array {
  return Uint8Array.of(number, 1, 0, 0);
}
