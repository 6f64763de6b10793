/** Pipes with a name (fifo(7)), by which a process reads what another believes to be a file. */
import { bindCall, checkCall } from './system-call.ts';

const mkfifoCall = bindCall('mkfifo', 'int', ['text', 'int']);
const fcntlCall = bindCall('fcntl', 'int', ['int', 'int', 'long']);

/** F_SETPIPE_SZ of linux/fcntl.h. */
const setPipeSize = 1031;
const ownersOnly = 0o600;

export function makeNamedPipe(path: string): void {
  checkCall(mkfifoCall(path, ownersOnly), 'mkfifo', path);
}

/** So many bytes may lie in it before who writes has to wait; how many it came to. */
export function setPipeRoom(fd: number, bytes: number): number {
  return checkCall(fcntlCall(fd, setPipeSize, bytes), 'fcntl', `${fd}, F_SETPIPE_SZ, ${bytes}`);
}
