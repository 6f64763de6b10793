/**
 * Programs for the kernel's BPF machine, written as steps whose jumps name labels. struct bpf_insn of
 * linux/bpf.h: code 0, registers 1 (target in the low half), offset 2, immediate 4. r0 is the result,
 * r1 to r5 are what a call takes and forgets, r6 to r9 stay, r10 is the frame.
 */
import { write16, write32 } from './layout.ts';

type Register = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;
type Width = 'byte' | 'half' | 'word' | 'double';

interface Instruction {
  readonly code: number;
  readonly target?: Register;
  readonly source?: number;
  readonly offset?: number;
  readonly immediate?: number;
  readonly jumpsTo?: string;
}

/** BPF_B, BPF_H, BPF_W, BPF_DW. */
const widths: Readonly<Record<Width, number>> = {
  word: 0x00,
  half: 0x08,
  byte: 0x10,
  double: 0x18,
};
const instructionBytes = 8;
const mapDescriptorSource = 1;

export class BpfAssembly {
  readonly #instructions: Instruction[] = [];
  readonly #labels = new Map<string, number>();

  label(name: string): void {
    this.#labels.set(name, this.#instructions.length);
  }

  setNumber(target: Register, immediate: number): void {
    this.#push({ code: 0xb7, target, immediate });
  }

  /** Up to 32 bits without a sign. */
  setWord(target: Register, immediate: number): void {
    this.#push({ code: 0xb4, target, immediate });
  }

  setRegister(target: Register, source: Register): void {
    this.#push({ code: 0xbf, target, source });
  }

  addNumber(target: Register, immediate: number): void {
    this.#push({ code: 0x07, target, immediate });
  }

  addRegister(target: Register, source: Register): void {
    this.#push({ code: 0x0f, target, source });
  }

  andNumber(target: Register, immediate: number): void {
    this.#push({ code: 0x57, target, immediate });
  }

  shiftLeft(target: Register, immediate: number): void {
    this.#push({ code: 0x67, target, immediate });
  }

  shiftRight(target: Register, immediate: number): void {
    this.#push({ code: 0x77, target, immediate });
  }

  load(width: Width, target: Register, source: Register, offset: number): void {
    this.#push({ code: 0x61 | widths[width], target, source, offset });
  }

  store(width: Width, target: Register, offset: number, source: Register): void {
    this.#push({ code: 0x63 | widths[width], target, source, offset });
  }

  storeNumber(width: Width, target: Register, offset: number, immediate: number): void {
    this.#push({ code: 0x62 | widths[width], target, offset, immediate });
  }

  /** Into r0, of the packet whose context is in r6, in the machine's order; beyond its end the program ends with 0. */
  loadPacket(width: Exclude<Width, 'double'>, at: number, behind?: Register): void {
    if (behind === undefined) this.#push({ code: 0x20 | widths[width], immediate: at });
    else this.#push({ code: 0x40 | widths[width], source: behind, immediate: at });
  }

  /** From the machine's order to the network's. */
  toNetworkOrder(target: Register, bits: 16 | 32): void {
    this.#push({ code: 0xdc, target, immediate: bits });
  }

  /** linux/bpf.h: BPF_PSEUDO_MAP_FD; a load of 64 bits takes the room of two. */
  loadMap(target: Register, mapFd: number): void {
    this.#push({ code: 0x18, target, source: mapDescriptorSource, immediate: mapFd });
    this.#push({ code: 0 });
  }

  call(helper: number): void {
    this.#push({ code: 0x85, immediate: helper });
  }

  jump(jumpsTo: string): void {
    this.#push({ code: 0x05, jumpsTo });
  }

  jumpIfEqual(target: Register, immediate: number, jumpsTo: string): void {
    this.#push({ code: 0x15, target, immediate, jumpsTo });
  }

  jumpIfNot(target: Register, immediate: number, jumpsTo: string): void {
    this.#push({ code: 0x55, target, immediate, jumpsTo });
  }

  jumpIfAtLeast(target: Register, immediate: number, jumpsTo: string): void {
    this.#push({ code: 0x35, target, immediate, jumpsTo });
  }

  jumpIfAnyBit(target: Register, immediate: number, jumpsTo: string): void {
    this.#push({ code: 0x45, target, immediate, jumpsTo });
  }

  jumpIfBeyond(target: Register, source: Register, jumpsTo: string): void {
    this.#push({ code: 0x2d, target, source, jumpsTo });
  }

  exit(): void {
    this.#push({ code: 0x95 });
  }

  assemble(): Uint8Array {
    const bytes = new Uint8Array(this.#instructions.length * instructionBytes);
    for (const [index, instruction] of this.#instructions.entries()) {
      const { code, target = 0, source = 0, immediate = 0, jumpsTo } = instruction;
      const at = index * instructionBytes;
      const offset =
        jumpsTo === undefined ? (instruction.offset ?? 0) : this.#distance(index, jumpsTo);
      bytes[at] = code;
      bytes[at + 1] = target | (source << 4);
      write16(bytes, at + 2, offset);
      write32(bytes, at + 4, immediate);
    }
    return bytes;
  }

  #distance(from: number, label: string): number {
    const to = this.#labels.get(label);
    if (to === undefined) throw new RangeError(`a BPF program jumps to ${label}, which it lacks`);
    return to - from - 1;
  }

  #push(instruction: Instruction): void {
    this.#instructions.push(instruction);
  }
}
