/** What the stack side stands on for sockets of the kernel: descriptors of all processes, and what moves a socket. */
import { fstatSync } from 'node:fs';
import { type Endpoint, type Ip, isUnspecified } from '../../base/address.ts';
import { closeDescriptor, duplicateDescriptor } from '../../linux/descriptor.ts';
import { ownDescriptorOf } from '../../linux/own-descriptors.ts';
import { openProcess, takeDescriptor } from '../../linux/pidfd.ts';
import {
  bindToInterface,
  getLongOption,
  getOption,
  localEndpoint,
  remoteEndpoint,
  setOption,
  socketOption,
} from '../../linux/socket.ts';
import { type DiagSocket, destroySocket, openDiagSocket } from '../../linux/socket-diag.ts';
import { errno, SystemCallError } from '../../linux/system-call.ts';
import type { Change } from '../change-message.ts';
import { addressesOf } from '../manager.ts';
import { chooseMechanism, type MechanismId } from '../mechanisms.ts';
import { noEndpoint, type Result } from '../outcome-message.ts';
import { type SocketIdentity, unmapIp } from '../socket-identity.ts';
import type { Applied, StackGround } from '../stack-side.ts';
import { KnownLinks } from './known-links.ts';
import type { KernelLink } from './link-names.ts';
import { isOurMark, LinkRouting, markOf } from './link-routing.ts';
import { rebindDatagram } from './move-datagram.ts';
import { moveMultipath } from './move-multipath.ts';
import { PathManagerChoice } from './path-manager-choice.ts';
import { listProcesses, ownPid, socketsHeldBy } from './process-table.ts';

/** A duplicate of ours. */
interface Holding {
  readonly fd: number;
}

const listening = 30;

export class KernelGround implements StackGround<Holding>, Disposable {
  readonly #links = new KnownLinks();
  readonly #diag = openDiagSocket();
  readonly #routing = new LinkRouting();
  readonly #pathManager = new PathManagerChoice();
  #isRefused = false;
  #meant: KernelLink | undefined;

  /** Links as they are now; a change to an address that none of them has is refused. */
  isOurs(address: Ip): boolean {
    this.#meant = this.#linkWith(address);
    return this.#meant !== undefined;
  }

  /** The link of the address that was asked for last. */
  get meantLink(): KernelLink | undefined {
    return this.#meant;
  }

  /** So that sockets may begin there. */
  ensureLink(address: Ip): KernelLink | undefined {
    const link = this.#linkWith(address);
    if (link !== undefined) this.#routing.ensure(link);
    return link;
  }

  forgetLink(index: number): void {
    this.#routing.remove(index);
  }

  findHere(socket: SocketIdentity): Holding | undefined {
    this.#isRefused = false;
    const held = ownDescriptorOf(socket.cookie);
    return held === undefined ? undefined : this.#checked(duplicateDescriptor(held), socket);
  }

  *otherProcesses(likely: number): Iterable<number> {
    if (likely !== 0) yield likely;
    for (const pid of listProcesses()) if (pid !== likely && pid !== ownPid) yield pid;
  }

  findIn(pid: number, socket: SocketIdentity, likely?: number): Holding | undefined {
    const atOnce = likely === undefined ? undefined : this.#holdingAt(pid, likely, socket);
    if (atOnce !== undefined) return atOnce;
    for (const { fd, inode } of socketsHeldBy(pid)) {
      if (inode !== socket.inode) continue;
      const holding = this.#holdingAt(pid, fd, socket);
      if (holding !== undefined) return holding;
    }
    return undefined;
  }

  get pathManagerBefore(): string {
    return this.#pathManager.before;
  }

  /** A process was found that holds it, and would not let us. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  apply({ fd }: Holding, change: Change): Applied {
    try {
      return change.action === 'reset' ? this.#reset(fd, change) : this.#move(fd, change);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      return nothing(resultOf(error), undefined, localEndpoint(fd));
    }
  }

  release({ fd }: Holding): void {
    closeDescriptor(fd);
  }

  [Symbol.dispose](): void {
    this.#pathManager[Symbol.dispose]();
    this.#routing[Symbol.dispose]();
    this.#diag[Symbol.dispose]();
    this.#links[Symbol.dispose]();
  }

  #linkWith(address: Ip): KernelLink | undefined {
    return this.#links.live.find((link) => addressesOf(link).includes(address));
  }

  #holdingAt(pid: number, theirFd: number, socket: SocketIdentity): Holding | undefined {
    const duplicate = this.#take(pid, theirFd);
    return duplicate === undefined ? undefined : this.#checked(duplicate, socket);
  }

  #take(pid: number, theirFd: number): number | undefined {
    let processFd: number | undefined;
    try {
      processFd = openProcess(pid);
      return takeDescriptor(processFd, theirFd);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      this.#isRefused ||= error.errno === errno.EPERM;
      return undefined;
    } finally {
      if (processFd !== undefined) closeDescriptor(processFd);
    }
  }

  /** Its holder may have closed it and got another under the same number meanwhile: the duplicate tells. */
  #checked(fd: number, { inode, cookie }: SocketIdentity): Holding | undefined {
    const isIt = fstatSync(fd).ino === inode && getLongOption(fd, socketOption.cookie) === cookie;
    if (isIt) return { fd };
    closeDescriptor(fd);
    return undefined;
  }

  #move(fd: number, change: Change): Applied {
    const { address, socket } = change;
    const link = this.#meant!;
    this.#routing.ensure(link);
    const before = localEndpoint(fd);
    const standing = isListening(fd)
      ? 'listening'
      : remoteEndpoint(fd)
        ? 'connected'
        : 'unconnected';
    const hasOwnAddress = !isUnspecified(unmapIp(before.address));
    const facts = { protocol: socket.protocol, standing, hasOwnAddress } as const;
    const id = chooseMechanism({ ...facts, hasOwnPort: undefined });
    switch (id) {
      case 'udp-connected-free-port':
      case 'udp-unconnected-free-port': {
        clearMark(fd);
        const rebinding = rebindDatagram(fd, address);
        if (rebinding.kind === 'own-port') {
          return moveOwnPort(fd, link, chooseMechanism({ ...facts, hasOwnPort: true }), before);
        }
        if (rebinding.kind !== 'moved') return nothing('rolled-back', id, before);
        return { result: 'moved', mechanism: id, before, after: rebinding.after };
      }
      case 'tcp-established':
        return markPath(fd, link, id, before);
      case 'mptcp-connected': {
        const moved = moveMultipath(this.#diag, {
          identity: socket,
          address,
          linkIndex: link.index,
        });
        if (moved.kind === 'refused') return nothing(moved.why, id, before);
        return { result: 'moved', mechanism: id, before: moved.before, after: moved.after };
      }
      default:
        return nothing('untouched', id, before);
    }
  }

  #reset(fd: number, { socket }: Change): Applied {
    const before = localEndpoint(fd);
    const target: DiagSocket = {
      ...{ ...socket, state: 0, local: before, remote: remoteEndpoint(fd) ?? noEndpoint },
      ...{ link: 0, userId: 0, mark: 0, sentBytes: undefined, receivedBytes: undefined },
      ...{ smoothedRttUs: undefined, token: undefined },
    };
    this.#diag.apply([destroySocket(target)]);
    return { result: 'reset', mechanism: undefined, before, after: before };
  }
}

function moveOwnPort(fd: number, link: KernelLink, id: MechanismId, before: Endpoint): Applied {
  if (id !== 'udp-unconnected-own-port') return markPath(fd, link, id, before);
  bindToInterface(fd, link.name);
  return { result: 'path-only', mechanism: id, before, after: localEndpoint(fd) };
}

/** Back on the link that its address is of, it needs no mark. */
function markPath(fd: number, link: KernelLink, id: MechanismId, before: Endpoint): Applied {
  const isHome = addressesOf(link).includes(unmapIp(before.address));
  setOption(fd, socketOption.mark, isHome ? 0 : markOf(link.index));
  return { result: isHome ? 'untouched' : 'path-only', mechanism: id, before, after: before };
}

function clearMark(fd: number): void {
  if (isOurMark(getOption(fd, socketOption.mark))) setOption(fd, socketOption.mark, 0);
}

function isListening(fd: number): boolean {
  return getOption(fd, [1, listening]) !== 0;
}

function nothing(result: Result, mechanism: MechanismId | undefined, before: Endpoint): Applied {
  return { result, mechanism, before, after: before };
}

function resultOf({ errno: reason }: SystemCallError): Result {
  return reason === errno.EPERM || reason === errno.EACCES ? 'not-permitted' : 'not-supported';
}
