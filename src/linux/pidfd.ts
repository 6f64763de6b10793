/** Other processes by descriptor, which never comes to mean another process as a number may. */
import { constants } from 'node:os';
import { bindCall, checkCall, errno, lastErrno } from './system-call.ts';

const systemCall = bindCall('syscall', 'long', ['long', 'long', 'long', 'long', 'long']);

/** asm-generic/unistd.h, the same on x86. */
const number = { sendSignal: 424, openProcess: 434, getDescriptor: 438 } as const;

/** Readable when the process has ended. */
export function openProcess(pid: number): number {
  return checkCall(systemCall(number.openProcess, pid, 0, 0, 0), 'pidfd_open', String(pid));
}

/** Undefined: there is no such process any more. */
export function tryOpenProcess(pid: number): number | undefined {
  const fd = systemCall(number.openProcess, pid, 0, 0, 0);
  if (fd < 0 && lastErrno() === errno.ESRCH) return undefined;
  return checkCall(fd, 'pidfd_open', String(pid));
}

/** SIGKILL; false: it had ended. */
export function killProcess(processFd: number): boolean {
  const result = systemCall(number.sendSignal, processFd, constants.signals.SIGKILL, 0, 0);
  if (result < 0 && lastErrno() === errno.ESRCH) return false;
  checkCall(result, 'pidfd_send_signal', String(processFd));
  return true;
}

/** Another process's open file as a descriptor of our own; it takes the right to trace that process. */
export function takeDescriptor(processFd: number, theirFd: number): number {
  const what = `${processFd}, ${theirFd}`;
  return checkCall(systemCall(number.getDescriptor, processFd, theirFd, 0, 0), 'pidfd_getfd', what);
}
