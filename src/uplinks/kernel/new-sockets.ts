/**
 * Sockets that are yet to come begin on the link of their application: programs in the kernel are called before a
 * process connects, or sends without being connected, look up who it is, and bind the socket to the link's address.
 * They end with the process that put them there, however it ends.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { type Family, type Ipv4, type Ipv6, writeIp } from '../../base/address.ts';
import {
  attachToCgroup,
  type CgroupHook,
  createBpfMap,
  loadBpfProgram,
  putInMap,
  removeFromMap,
} from '../../linux/bpf.ts';
import { BpfAssembly } from '../../linux/bpf-assembly.ts';
import { closeDescriptor } from '../../linux/descriptor.ts';
import { write32, write64 } from '../../linux/layout.ts';
import { getLongOption, openSocket, socketOption } from '../../linux/socket.ts';
import { addressFamily } from '../../linux/socket-address.ts';
import { errno, SystemCallError } from '../../linux/system-call.ts';
import { commandBytes } from '../steer-message.ts';
import { nestedProcessNamespace, type ProcessNamespace } from './process-namespace.ts';
import { listProcesses } from './process-table.ts';

/** Network namespace, process, command: 8, 8 and 16 bytes. */
const keyBytes = 32;
/** Which addresses there are, 4 bytes; IPv4, 4; IPv6, 16; the mark, 4. */
const valueBytes = 28;
const value = { families: 0, ipv4: 4, ipv6: 8, mark: 24 } as const;
const hasIpv4 = 1;
const hasIpv6 = 2;
const mostEntries = 4_096;

const hooks: readonly CgroupHook[] = ['connect4', 'connect6', 'sendmsg4', 'sendmsg6'];

/** linux/bpf.h: helpers, and struct bpf_sock_addr. */
const helper = {
  lookUp: 1,
  process: 14,
  command: 16,
  setOption: 49,
  bind: 64,
  processHere: 120,
  namespace: 122,
} as const;
const context = { ipv4: 4, ipv6: 8, sourceIpv4: 40, sourceIpv6: 44 } as const;

export interface NewSocketRule {
  /** 0: any. */
  readonly process: number;
  /** Empty: any. */
  readonly command: string;
  readonly ipv4: Ipv4 | undefined;
  readonly ipv6: Ipv6 | undefined;
  /** For sockets that are bound to a port already. */
  readonly mark: number;
}

export class NewSockets implements Disposable {
  readonly #mapFd: number;
  readonly #open: number[] = [];
  readonly #namespaceCookie: number;

  private constructor() {
    const asked = openSocket(addressFamily.ipv4, 'datagram');
    this.#namespaceCookie = getLongOption(asked, socketOption.namespaceCookie);
    closeDescriptor(asked);
    this.#mapFd = createBpfMap({ kind: 'hash', keyBytes, valueBytes, entries: mostEntries });
    this.#open.push(this.#mapFd);
    const root = openRoot();
    try {
      for (const hook of hooks) this.#attach(hook, root);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    } finally {
      closeSync(root);
    }
  }

  /** In the namespace of this thread. The reason where this kernel, or our rights, do not allow it. */
  static tryOpen(): NewSockets | string {
    try {
      return new NewSockets();
    } catch (error) {
      if (error instanceof SystemCallError) return error.message;
      if (error instanceof Error && 'code' in error) return error.message;
      throw error;
    }
  }

  set(rule: NewSocketRule): void {
    const bytes = new Uint8Array(valueBytes);
    const families =
      (rule.ipv4 === undefined ? 0 : hasIpv4) | (rule.ipv6 === undefined ? 0 : hasIpv6);
    write32(bytes, value.families, families);
    if (rule.ipv4 !== undefined) writeIp(bytes, value.ipv4, rule.ipv4);
    if (rule.ipv6 !== undefined) writeIp(bytes, value.ipv6, rule.ipv6);
    write32(bytes, value.mark, rule.mark);
    putInMap(this.#mapFd, this.#keyOf(rule), bytes);
  }

  forget(rule: Pick<NewSocketRule, 'process' | 'command'>): void {
    removeFromMap(this.#mapFd, this.#keyOf(rule));
  }

  [Symbol.dispose](): void {
    for (const fd of this.#open.splice(0)) closeDescriptor(fd);
  }

  #attach(hook: CgroupHook, root: number): void {
    const program = load(hook, this.#mapFd);
    this.#open.push(program);
    const attached = attachToCgroup(hook, program, root);
    if ('errno' in attached) throw new SystemCallError('bpf', attached.errno, `attach ${hook}`);
    this.#open.push(attached.fd);
  }

  #keyOf({ process, command }: Pick<NewSocketRule, 'process' | 'command'>): Uint8Array {
    const key = new Uint8Array(keyBytes);
    write64(key, 0, this.#namespaceCookie);
    write64(key, 8, process);
    const text = new TextEncoder().encode(command).subarray(0, commandBytes - 1);
    key.set(text, 16);
    return key;
  }
}

/** Before Linux 6.10 such a program is not told numbers of a container's processes: names count there alone. */
function load(hook: CgroupHook, mapFd: number): number {
  const nested = nestedProcessNamespace();
  try {
    return loadBpfProgram(hook, assemble(hook, mapFd, nested ?? 'machine'));
  } catch (error) {
    if (nested === undefined) throw error;
    return loadBpfProgram(hook, assemble(hook, mapFd, 'unknown'));
  }
}

/**
 * Of the unified hierarchy of control groups. Who has a view of files of his own, as programs in a lab have, sees it
 * through another process.
 */
function openRoot(): number {
  for (const pid of ['self', ...listProcesses()]) {
    const fd = tryOpenRoot(pid);
    if (fd !== undefined) return fd;
  }
  throw new SystemCallError(
    'open',
    errno.ENOENT,
    'cgroup2',
    'no unified control groups are mounted',
  );
}

function tryOpenRoot(pid: number | string): number | undefined {
  try {
    const lines = readFileSync(`/proc/${pid}/mounts`, 'utf8').split('\n');
    const mount = lines.map((line) => line.split(' ')).find(([, , kind]) => kind === 'cgroup2');
    return mount && openSync(`/proc/${pid}/root${mount[1]}`, 'r');
  } catch {
    // It is somebody else's, or gone.
    return undefined;
  }
}

/** On the frame, downwards from r10. */
const key = -keyBytes;
const name = -72;
const markAt = -80;
/** struct bpf_pidns_info: the thread, and its process. */
const numbersAt = -88;

type ProcessNumbers = 'machine' | ProcessNamespace | 'unknown';

/** What it returns is 1 always: nothing is ever refused. */
function assemble(hook: CgroupHook, mapFd: number, numbers: ProcessNumbers): Uint8Array {
  const code = new BpfAssembly();
  const family: Family = hook.endsWith('4') ? 4 : 6;
  code.setRegister(6, 1);
  passLoopback(code, family);
  layKey(code);
  if (numbers !== 'unknown') {
    layProcess(code, numbers);
    lookUp(code, mapFd);
    code.storeNumber('double', 10, key + 8, 0);
  }
  layCommand(code);
  lookUp(code, mapFd);
  code.storeNumber('double', 10, key + 16, 0);
  code.storeNumber('double', 10, key + 24, 0);
  lookUp(code, mapFd);
  code.jump('leave');
  code.label('found');
  code.setRegister(7, 0);
  code.load('word', 1, 7, value.families);
  code.andNumber(1, family === 4 ? hasIpv4 : hasIpv6);
  code.jumpIfEqual(1, 0, 'leave');
  if (hook.startsWith('connect')) bindSource(code, family);
  else writeSource(code, family);
  code.label('leave');
  code.setNumber(0, 1);
  code.exit();
  return code.assemble();
}

/** 127/8, ::1, and IPv4 in the clothes of IPv6 on a socket of IPv6, which has no IPv6 address. */
function passLoopback(code: BpfAssembly, family: Family): void {
  if (family === 4) {
    code.load('word', 1, 6, context.ipv4);
    code.andNumber(1, 0xff);
    code.jumpIfEqual(1, 127, 'leave');
    return;
  }
  code.load('word', 1, 6, context.ipv6);
  code.jumpIfNot(1, 0, 'beyond');
  code.load('word', 1, 6, context.ipv6 + 4);
  code.jumpIfEqual(1, 0, 'leave');
  code.label('beyond');
}

function layKey(code: BpfAssembly): void {
  code.setRegister(1, 6);
  code.call(helper.namespace);
  code.store('double', 10, key, 0);
  for (const at of [8, 16, 24]) code.storeNumber('double', 10, key + at, 0);
}

function layProcess(code: BpfAssembly, numbers: 'machine' | ProcessNamespace): void {
  if (numbers === 'machine') {
    code.call(helper.process);
    code.shiftRight(0, 32);
  } else {
    code.setWord(1, numbers.device);
    code.setWord(2, numbers.inode);
    code.setRegister(3, 10);
    code.addNumber(3, numbersAt);
    code.setNumber(4, 8);
    code.call(helper.processHere);
    code.load('word', 0, 10, numbersAt + 4);
  }
  code.store('double', 10, key + 8, 0);
}

function layCommand(code: BpfAssembly): void {
  code.setRegister(1, 10);
  code.addNumber(1, key + 16);
  code.setNumber(2, commandBytes);
  code.call(helper.command);
}

function lookUp(code: BpfAssembly, mapFd: number): void {
  code.loadMap(1, mapFd);
  code.setRegister(2, 10);
  code.addNumber(2, key);
  code.call(helper.lookUp);
  code.jumpIfNot(0, 0, 'found');
}

/** A socket that has a port already can't be bound: its mark leads it, and its source is chosen by that. */
function bindSource(code: BpfAssembly, family: Family): void {
  const length = family === 4 ? 16 : 28;
  for (let at = 0; at < 32; at += 8) code.storeNumber('double', 10, name + at, 0);
  const number = family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
  code.storeNumber('half', 10, name, number);
  if (family === 4) copyWord(code, value.ipv4, name + 4);
  else for (let at = 0; at < 16; at += 4) copyWord(code, value.ipv6 + at, name + 8 + at);
  code.setRegister(1, 6);
  code.setRegister(2, 10);
  code.addNumber(2, name);
  code.setNumber(3, length);
  code.call(helper.bind);
  code.jumpIfEqual(0, 0, 'leave');
  copyWord(code, value.mark, markAt);
  const [level, option] = socketOption.mark;
  code.setRegister(1, 6);
  code.setNumber(2, level);
  code.setNumber(3, option);
  code.setRegister(4, 10);
  code.addNumber(4, markAt);
  code.setNumber(5, 4);
  code.call(helper.setOption);
}

function copyWord(code: BpfAssembly, from: number, to: number): void {
  code.load('word', 1, 7, from);
  code.store('word', 10, to, 1);
}

/** Where the socket was bound to an address of its own, that one stays. */
function writeSource(code: BpfAssembly, family: Family): void {
  if (family === 4) {
    code.load('word', 1, 6, context.sourceIpv4);
    code.jumpIfNot(1, 0, 'leave');
    code.load('word', 1, 7, value.ipv4);
    code.store('word', 6, context.sourceIpv4, 1);
    return;
  }
  code.load('word', 1, 6, context.sourceIpv6);
  code.jumpIfNot(1, 0, 'leave');
  for (let at = 0; at < 16; at += 4) {
    code.load('word', 1, 7, value.ipv6 + at);
    code.store('word', 6, context.sourceIpv6 + at, 1);
  }
}
