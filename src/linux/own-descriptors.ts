/** The descriptors of this process; a socket is found among them without making anything for those that it is not. */
import { closeDescriptor, openFlag } from './descriptor.ts';
import { int32Bytes, read16, read64 } from './layout.ts';
import { socketOption } from './socket.ts';
import { bindCall, checkCall } from './system-call.ts';

const openCall = bindCall('open', 'int', ['text', 'int']);
const entriesCall = bindCall('getdents64', 'long', ['int', 'bytes', 'size']);
const getCall = bindCall('getsockopt', 'int', ['int', 'int', 'int', 'bytes', 'bytes']);

const directory = 0o200000;
/** struct linux_dirent64 of linux/dirent.h. */
const entry = { length: 16, name: 19 } as const;
const [zero, nine] = [0x30, 0x39] as const;

/** But for the one that this is read by. */
export function* ownDescriptors(): Generator<number> {
  const flags = directory | openFlag.closeOnExec;
  const folder = checkCall(openCall('/proc/self/fd', flags), 'open', '/proc/self/fd');
  const bytes = new Uint8Array(4_096);
  try {
    for (;;) {
      const length = checkCall(entriesCall(folder, bytes, bytes.length), 'getdents64', 'own');
      if (length === 0) return;
      for (let at = 0; at < length; at += read16(bytes, at + entry.length)) {
        const fd = numberAt(bytes, at + entry.name);
        if (fd !== undefined && fd !== folder) yield fd;
      }
    }
  } finally {
    closeDescriptor(folder);
  }
}

/** Undefined: none of this process's descriptors is that socket. */
export function ownDescriptorOf(cookie: number): number | undefined {
  const [level, name] = socketOption.cookie;
  const value = new Uint8Array(8);
  const length = int32Bytes(value.length);
  for (const fd of ownDescriptors()) {
    if (getCall(fd, level, name, value, length) === 0 && read64(value, 0) === cookie) return fd;
  }
  return undefined;
}

/** Undefined: `.` and `..`. */
function numberAt(bytes: Uint8Array, from: number): number | undefined {
  let value: number | undefined;
  for (let at = from; bytes[at]! >= zero && bytes[at]! <= nine; at++) {
    value = (value ?? 0) * 10 + bytes[at]! - zero;
  }
  return value;
}
