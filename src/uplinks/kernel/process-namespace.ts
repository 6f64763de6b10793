/** Which numbers processes go by: in a container they are others than those of the whole machine. */
import { statSync } from 'node:fs';

export interface ProcessNamespace {
  /** As the kernel writes it, major 20 bits up. */
  readonly device: number;
  readonly inode: number;
}

/** PROC_PID_INIT_INO of linux/nsfs.h. */
const wholeMachine = 0xef_ff_ff_fc;

/** Undefined: our numbers are the machine's. */
export function nestedProcessNamespace(): ProcessNamespace | undefined {
  const { dev, ino: inode } = statSync('/proc/self/ns/pid');
  return inode === wholeMachine ? undefined : { device: kernelDevice(dev), inode };
}

/** linux/kdev_t.h: what new_encode_dev made for user space, undone. */
export function kernelDevice(dev: number): number {
  const major = (dev >>> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
  return major * 2 ** 20 + minor;
}
