/**
 * What a stack side leaves behind that is killed: rules and tables with our protocol number, marks of ours on living
 * sockets, and the choice of the path manager. A file says in which network namespace; who holds its lock is alive.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { closeDescriptor } from '../../linux/descriptor.ts';
import { tryLockFile } from '../../linux/file-lock.ts';
import { NetworkNamespace, runInNamespace } from '../../linux/network-namespace.ts';
import { openProcess, takeDescriptor } from '../../linux/pidfd.ts';
import { RouteSocket } from '../../linux/route-socket.ts';
import { setOption, socketOption } from '../../linux/socket.ts';
import { listSockets, openDiagSocket } from '../../linux/socket-diag.ts';
import { SystemCallError } from '../../linux/system-call.ts';
import { isOurMark, removeOurs } from './link-routing.ts';
import { listProcesses, namespaceOf, socketsHeldBy } from './process-table.ts';

const folder = '/run/ropewalk-links';

interface Note {
  readonly pathManager: string;
}

export interface Leftover {
  readonly namespace: string;
  readonly rules: number;
  readonly routes: number;
  readonly marks: number;
}

/** The file that says where we are, as long as we are there. */
export class Traces implements Disposable {
  readonly #path: string;
  readonly #fd: number;

  private constructor(path: string, fd: number) {
    this.#path = path;
    this.#fd = fd;
  }

  static leave(pathManager: string): Traces {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${inodeOf(namespaceOf('self')!)}.json`);
    const fd = openSync(path, 'w');
    tryLockFile(fd);
    const note: Note = { pathManager };
    writeSync(fd, JSON.stringify(note));
    return new Traces(path, fd);
  }

  [Symbol.dispose](): void {
    rmSync(this.#path, { force: true });
    closeSync(this.#fd);
  }
}

/** Takes away what dead stack sides left, and nothing else. */
export function collectLeftovers(): Leftover[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const fd = openSync(path, 'r');
    const found = tryLockFile(fd) ? collectOne(path, name.replace('.json', '')) : [];
    closeSync(fd);
    return found;
  });
}

function collectOne(path: string, inode: string): Leftover[] {
  const text = readFileSync(path, 'utf8');
  const note = text === '' ? undefined : (JSON.parse(text) as Note);
  const namespace = `net:[${inode}]`;
  const resident = listProcesses().find((pid) => namespaceOf(pid) === namespace);
  rmSync(path, { force: true });
  // Nobody is there any more: it went with all that was in it, unless somebody has given it a name.
  const place = resident === undefined ? findNamed(inode) : `/proc/${resident}/ns/net`;
  if (place === undefined) return [];
  using there = NetworkNamespace.open(place);
  return [{ namespace, ...runInNamespace(there, () => cleanHere(note)) }];
}

function findNamed(inode: string): string | undefined {
  const pins = '/run/netns';
  if (!existsSync(pins)) return undefined;
  return readdirSync(pins)
    .map((name) => join(pins, name))
    .find((path) => {
      using namespace = NetworkNamespace.open(path);
      return runInNamespace(namespace, () => threadNamespace()) === inode;
    });
}

function threadNamespace(): string {
  return inodeOf(namespaceOf('thread-self') ?? '');
}

function cleanHere(note: Note | undefined): Omit<Leftover, 'namespace'> {
  using socket = new RouteSocket();
  const removed = removeOurs(socket);
  const path = '/proc/sys/net/mptcp/pm_type';
  if (note !== undefined && note.pathManager !== '' && existsSync(path)) {
    writeFileSync(path, note.pathManager);
  }
  return { ...removed, marks: clearOurMarks() };
}

/** Of all sockets of the namespace that this thread is in. */
export function clearOurMarks(): number {
  using diag = openDiagSocket();
  const marked = new Set(
    (['udp', 'tcp'] as const)
      .flatMap((protocol) => ([4, 6] as const).flatMap((one) => listSockets(diag, one, protocol)))
      .filter(({ mark }) => isOurMark(mark))
      .map(({ inode }) => inode),
  );
  if (marked.size === 0) return 0;
  let cleared = 0;
  for (const pid of listProcesses()) {
    for (const { fd, inode } of socketsHeldBy(pid)) {
      if (marked.has(inode) && clearMark(pid, fd)) cleared += 1;
    }
  }
  return cleared;
}

function clearMark(pid: number, theirFd: number): boolean {
  let processFd: number | undefined;
  let fd: number | undefined;
  try {
    processFd = openProcess(pid);
    fd = takeDescriptor(processFd, theirFd);
    setOption(fd, socketOption.mark, 0);
    return true;
  } catch (error) {
    if (error instanceof SystemCallError) return false;
    throw error;
  } finally {
    for (const one of [fd, processFd]) if (one !== undefined) closeDescriptor(one);
  }
}

function inodeOf(namespace: string): string {
  return /\d+/.exec(namespace)?.[0] ?? String(process.pid);
}
