/**
 * What leaves a port of a bridge for groups, one copy for each host that is to have it, sent to that host's own
 * MAC: behind the port may be a switch that floods groups to everybody. A group that nobody is to have does
 * not leave at all. A filter on the way out (clsact, cls_bpf) that stays when the process ends.
 *
 * Key of the map: the group, 16 bytes, IPv4 in the first four. Value: eight times a MAC and, as 16 bits, whether
 * there is one. Broadcasts, 224.0.0.0/24 and ff0x:: of the link's scope and below pass as they are.
 */
import { type Ip, writeIp } from '../base/address.ts';
import { writeU48 } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';
import { createBpfMap, loadBpfProgram, putInMap, removeFromMap } from './bpf.ts';
import { BpfAssembly } from './bpf-assembly.ts';
import { closeDescriptor } from './descriptor.ts';
import type { RouteSocket } from './route-socket.ts';
import { addEgressProgram, addHookQdisc } from './traffic-hook.ts';

/** So many hosts behind one port may have the same group. */
export const mostHosts = 8;
const slotBytes = 8;
const mapShape = {
  kind: 'hash',
  keyBytes: 16,
  valueBytes: mostHosts * slotBytes,
  entries: 4_096,
} as const;
const verdict = { pass: 0, drop: 2 } as const;
const helper = { lookUp: 1, storeBytes: 9, cloneRedirect: 13 } as const;
/** Below r10. */
const stack = { key: -16, mac: -24 } as const;
const v4Group = 30;
const v6Group = 38;

export class HostCopies implements Disposable {
  readonly #mapFd = createBpfMap(mapShape);

  /** In place of the filter of an earlier process, whose hosts are forgotten with it. */
  constructor(socket: RouteSocket, portIndex: number) {
    const programFd = loadBpfProgram('ingress', assemble(this.#mapFd, portIndex));
    try {
      socket.apply([addHookQdisc(portIndex)]);
      socket.apply([addEgressProgram(portIndex, programFd)]);
    } finally {
      closeDescriptor(programFd);
    }
  }

  /** These hosts and no others, the first eight of them. */
  set(group: Ip, hosts: readonly Mac[]): void {
    const key = new Uint8Array(mapShape.keyBytes);
    writeIp(key, 0, group);
    if (hosts.length === 0) {
      removeFromMap(this.#mapFd, key);
      return;
    }
    const value = new Uint8Array(mapShape.valueBytes);
    for (const [index, host] of hosts.slice(0, mostHosts).entries()) {
      writeU48(value, index * slotBytes, host);
      value[index * slotBytes + 6] = 1;
    }
    putInMap(this.#mapFd, key, value);
  }

  /** The filter stays, with what it was told last. */
  [Symbol.dispose](): void {
    closeDescriptor(this.#mapFd);
  }
}

function assemble(mapFd: number, portIndex: number): Uint8Array {
  const code = new BpfAssembly();
  code.setRegister(6, 1);
  for (const offset of [stack.key, stack.key + 8]) code.storeNumber('double', 10, offset, 0);
  code.loadPacket('byte', 0);
  code.andNumber(0, 1);
  code.jumpIfEqual(0, 0, 'pass');
  code.loadPacket('half', 12);
  code.jumpIfEqual(0, 0x0800, 'v4');
  code.jumpIfEqual(0, 0x86dd, 'v6');
  code.jump('pass');
  readV4(code);
  readV6(code);
  copyToHosts(code, mapFd, portIndex);
  code.label('pass');
  code.setNumber(0, verdict.pass);
  code.exit();
  return code.assemble();
}

function readV4(code: BpfAssembly): void {
  code.label('v4');
  code.loadPacket('byte', v4Group);
  code.andNumber(0, 0xf0);
  code.jumpIfNot(0, 0xe0, 'pass');
  code.loadPacket('half', v4Group);
  code.jumpIfNot(0, 0xe000, 'v4-key');
  code.loadPacket('byte', v4Group + 2);
  code.jumpIfEqual(0, 0, 'pass');
  code.label('v4-key');
  keepWord(code, v4Group, stack.key);
  code.jump('look');
}

function readV6(code: BpfAssembly): void {
  code.label('v6');
  code.loadPacket('byte', v6Group);
  code.jumpIfNot(0, 0xff, 'pass');
  code.loadPacket('byte', v6Group + 1);
  code.andNumber(0, 15);
  code.jumpIfAtLeast(0, 3, 'v6-key');
  code.jump('pass');
  code.label('v6-key');
  for (const at of [0, 4, 8, 12]) keepWord(code, v6Group + at, stack.key + at);
}

function keepWord(code: BpfAssembly, at: number, offset: number): void {
  code.loadPacket('word', at);
  code.toNetworkOrder(0, 32);
  code.store('word', 10, offset, 0);
}

function copyToHosts(code: BpfAssembly, mapFd: number, portIndex: number): void {
  code.label('look');
  code.loadMap(1, mapFd);
  code.setRegister(2, 10);
  code.addNumber(2, stack.key);
  code.call(helper.lookUp);
  code.jumpIfEqual(0, 0, 'drop');
  code.setRegister(7, 0);
  for (let slot = 0; slot < mostHosts; slot++) copyToHost(code, slot * slotBytes, portIndex);
  code.label('drop');
  code.setNumber(0, verdict.drop);
  code.exit();
}

/** The copy passes by here again, and passes: it is no group's any more. */
function copyToHost(code: BpfAssembly, at: number, portIndex: number): void {
  code.load('half', 0, 7, at + 6);
  code.jumpIfEqual(0, 0, 'drop');
  code.load('double', 1, 7, at);
  code.store('double', 10, stack.mac, 1);
  code.setRegister(1, 6);
  code.setNumber(2, 0);
  code.setRegister(3, 10);
  code.addNumber(3, stack.mac);
  code.setNumber(4, 6);
  code.setNumber(5, 0);
  code.call(helper.storeBytes);
  code.setRegister(1, 6);
  code.setNumber(2, portIndex);
  code.setNumber(3, 0);
  code.call(helper.cloneRedirect);
}
