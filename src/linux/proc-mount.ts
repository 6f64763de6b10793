/**
 * A /proc of our own that is mounted nowhere (fsopen(2), fsmount(2)). What the kernel remembers of names
 * looked up in /proc/sys/net grows with every namespace that ever was, and is walked for each look-up;
 * here it is empty.
 */
import { closeDescriptor } from './descriptor.ts';
import { bindCall, checkCall, errno, lastErrno } from './system-call.ts';

const openCall = bindCall('syscall', 'long', ['long', 'text', 'long']);
const configureCall = bindCall('syscall', 'long', ['long', 'long', 'long', 'text', 'text', 'long']);
const mountCall = bindCall('syscall', 'long', ['long', 'long', 'long', 'long']);

/** asm-generic/unistd.h, the same on x86. */
const number = { open: 430, configure: 431, mount: 432 } as const;
/** FSOPEN_CLOEXEC and FSMOUNT_CLOEXEC; FSCONFIG_CMD_CREATE of linux/mount.h. */
const closeOnExec = 1;
const create = 6;

export class ProcMount implements Disposable {
  readonly #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** Undefined: who has not made the process namespace may not; the one at /proc serves as well. */
  static open(): ProcMount | undefined {
    const context = checkCall(openCall(number.open, 'proc', closeOnExec), 'fsopen', 'proc');
    try {
      const made = configureCall(number.configure, context, create, null, null, 0);
      if (made < 0 && lastErrno() === errno.EPERM) return undefined;
      checkCall(made, 'fsconfig', 'proc, FSCONFIG_CMD_CREATE');
      const fd = mountCall(number.mount, context, closeOnExec, 0);
      return new ProcMount(checkCall(fd, 'fsmount', 'proc'));
    } finally {
      closeDescriptor(context);
    }
  }

  get path(): string {
    return `/proc/self/fd/${this.#fd}`;
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.#fd);
  }
}
