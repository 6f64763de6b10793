/** Mounts of the process's mount namespace, which all of its threads share. */
import { readFileSync } from 'node:fs';
import { bindCall, checkCall, errno, lastErrno } from './system-call.ts';

const mountCall = bindCall('mount', 'int', ['text', 'text', 'text', 'long', 'bytes']);
const unmountCall = bindCall('umount2', 'int', ['text', 'int']);

/** MS_* of linux/mount.h. */
const flag = { bind: 0x1000, recursive: 0x4000, shared: 0x10_0000 } as const;
/** MNT_DETACH of umount2(2). */
const detach = 2;

/** What `source` leads to is found at `target` as well, with all that is mounted below it. */
export function bindMount(source: string, target: string): void {
  const result = mountCall(source, target, 'none', flag.bind | flag.recursive, null);
  checkCall(result, 'mount', `${source}, ${target}, MS_BIND`);
}

/** What comes and goes below it does so in copies of this mount too; false: nothing is mounted there. */
export function shareMount(target: string): boolean {
  const result = mountCall('', target, 'none', flag.shared | flag.recursive, null);
  if (result < 0 && lastErrno() === errno.EINVAL) return false;
  checkCall(result, 'mount', `${target}, MS_SHARED`);
  return true;
}

/** Gone from sight at once, and altogether when nobody uses it any more; false: nothing is mounted there. */
export function detachMount(target: string): boolean {
  const result = unmountCall(target, detach);
  const absent = [errno.EINVAL, errno.ENOENT];
  if (result < 0 && absent.includes(lastErrno())) return false;
  checkCall(result, 'umount2', `${target}, MNT_DETACH`);
  return true;
}

/** Where something is mounted, in the order of mounting. */
export function listMountPoints(): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => unescapePath(line.split(' ')[4]!));
}

/** proc(5): blanks and backslashes stand there as octal numbers. */
function unescapePath(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
