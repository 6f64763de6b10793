/** What tests need that touch a kernel: a reason to be skipped, and a network that nobody else sees. */
import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import { parsePrefix } from '../base/prefix.ts';
import { waitReadable } from './descriptor.ts';
import { changeLink, createVethPair, type LinkState, listLinks } from './link.ts';
import { addAddress } from './link-address.ts';
import { NetworkNamespace, runInNamespace } from './network-namespace.ts';
import { RouteSocket, routeGroup } from './route-socket.ts';

/** Undefined: all is there. */
export function lackHere(): string | undefined {
  if (process.platform !== 'linux') return `needs Linux, and this is ${process.platform}`;
  return process.getuid?.() === 0 ? undefined : 'needs root: sudo env PATH="$PATH" npm run lab';
}

type Check = (t: ExecutionContext) => void | Promise<void>;
type DeclareTest = (title: string, check: Check) => void;

/** Declares tests where the kernel can be had; says in one line why not, and fails where it is required. */
export const labTest: DeclareTest = chooseDeclaration(lackHere(), test);
/** For tests that answer on their own thread: what another one sets up there would hold them up. */
export const serialLabTest: DeclareTest = chooseDeclaration(lackHere(), test.serial);

/** For tests that need more than a kernel; undefined: it is there. */
export function serialLabTestUnless(lack: string | undefined): DeclareTest {
  return chooseDeclaration(lackHere() ?? lack, test.serial);
}

function chooseDeclaration(lack: string | undefined, declare: DeclareTest): DeclareTest {
  if (lack === undefined) return (title, check) => void declare(title, check);
  let isSaid = false;
  return () => {
    if (!isSaid) declareLack(lack);
    isSaid = true;
  };
}

export function declareLack(lack: string): void {
  const required = (process.env['ROPEWALK_REQUIRE_LABS'] ?? '').split(',').includes('netns');
  if (required) test(`netns is required and ${lack}`, (t) => t.fail());
  else test.skip(lack, (t) => t.pass());
}

/** Two namespaces and a cable. They go, with all that stands in them, when nothing refers to them. */
export class TestCable implements Disposable {
  readonly left = NetworkNamespace.create();
  readonly right = NetworkNamespace.create();

  constructor(mtuBytes = 1_500) {
    using left = this.socketOn('left');
    using right = this.socketOn('right');
    const end = { name: 'cable', mtuBytes };
    const peer = { ...end, namespaceFd: this.right.fd };
    left.apply([createVethPair(end, peer), changeLink('lo', { up: true })]);
    addAddresses(left, '192.0.2.1/24', '2001:db8:1::1/64');
    addAddresses(right, '192.0.2.2/24', '2001:db8:1::2/64');
    left.apply([changeLink('cable', { up: true })]);
    right.apply([changeLink('cable', { up: true })]);
    this.waitUntilRunning('left');
    this.waitUntilRunning('right');
  }

  waitUntilRunning(side: 'left' | 'right'): void {
    using events = this.socketOn(side, routeGroup.links);
    using socket = this.socketOn(side);
    waitFor(events, () => linkOf(socket, 'cable')!.isRunning);
  }

  socketOn(side: 'left' | 'right', groups = 0): RouteSocket {
    return runInNamespace(this[side], () => new RouteSocket(groups));
  }

  indexOn(side: 'left' | 'right'): number {
    using socket = this.socketOn(side);
    return linkOf(socket, 'cable')!.index;
  }

  [Symbol.dispose](): void {
    this.left[Symbol.dispose]();
    this.right[Symbol.dispose]();
  }
}

function addAddresses(socket: RouteSocket, ...addresses: readonly string[]): void {
  const { index } = linkOf(socket, 'cable')!;
  const requests = addresses.map((text) => addAddress(index, parsePrefix(text)!));
  socket.apply(requests);
}

export function linkOf(socket: RouteSocket, name: string): LinkState | undefined {
  return listLinks(socket).find((link) => link.name === name);
}

const patienceMs = 10_000;

/** Asks again after each event of a socket that hears of the kind. */
export function waitFor(events: RouteSocket, condition: () => boolean): void {
  while (!condition()) {
    if (!waitReadable(events.fd, patienceMs)) throw new Error('what was waited for did not happen');
    events.drain();
  }
}

/** The machine's own links are the same after the test as before it. */
export function keepsLinks(t: ExecutionContext, action: () => void): void {
  const names = () => {
    using socket = new RouteSocket();
    return listLinks(socket).map(({ name }) => name);
  };
  const before = names();
  action();
  t.deepEqual(names(), before);
}
