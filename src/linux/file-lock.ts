/** Locks on open files (flock(2)): the kernel lets go of them when the holder ends, however it ends. */
import { bindCall, checkCall, errno, lastErrno } from './system-call.ts';

const flockCall = bindCall('flock', 'int', ['int', 'int']);

/** LOCK_* of asm-generic/fcntl.h. */
const operation = { exclusive: 2, withoutWaiting: 4 } as const;

/** Blocks this thread until nobody else has it. */
export function lockFile(fd: number): void {
  while (flockCall(fd, operation.exclusive) < 0) {
    if (lastErrno() !== errno.EINTR) checkCall(-1, 'flock', String(fd));
  }
}

/** False: somebody has it. */
export function tryLockFile(fd: number): boolean {
  const result = flockCall(fd, operation.exclusive | operation.withoutWaiting);
  if (result < 0 && lastErrno() === errno.EWOULDBLOCK) return false;
  checkCall(result, 'flock', String(fd));
  return true;
}
