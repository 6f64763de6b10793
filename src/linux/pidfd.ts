/** Other processes by descriptor, which never comes to mean another process as a number may. */
import { bindCall, checkCall } from './system-call.ts';

const systemCall = bindCall('syscall', 'long', ['long', 'long', 'long', 'long']);

/** asm-generic/unistd.h, the same on x86. */
const number = { openProcess: 434, getDescriptor: 438 } as const;

/** Readable when the process has ended. */
export function openProcess(pid: number): number {
  return checkCall(systemCall(number.openProcess, pid, 0, 0), 'pidfd_open', String(pid));
}

/** Another process's open file as a descriptor of our own; it takes the right to trace that process. */
export function takeDescriptor(processFd: number, theirFd: number): number {
  const what = `${processFd}, ${theirFd}`;
  return checkCall(systemCall(number.getDescriptor, processFd, theirFd, 0), 'pidfd_getfd', what);
}
