/**
 * How C functions are bound and how they fail. A failure that the caller has an answer to is read off
 * `lastErrno()`; all others become a SystemCallError, which says the call, the reason, and what to do.
 */
import { constants } from 'node:os';
import process from 'node:process';
import { getSystemErrorMap } from 'node:util';
import koffi from 'koffi';
import { RopewalkError, UnsupportedError } from '../base/errors.ts';

type NativeValue = number | string | Uint8Array | null;
export type NativeFunction = (...values: NativeValue[]) => number;

/** What C calls them; `bytes` is a pointer to the content of a Uint8Array, or null. */
const cTypes = { int: 'int', long: 'int64_t', size: 'size_t', bytes: 'void *', text: 'str' };
type CType = keyof typeof cTypes;

/**
 * A function of the C library that takes numbers, byte arrays and texts and returns a number, which is
 * negative where it failed. It is bound on Linux only, so that this room loads everywhere.
 */
export function bindCall(
  name: string,
  result: 'int' | 'long',
  values: readonly CType[],
): NativeFunction {
  if (process.platform !== 'linux') return () => refuse(name);
  const types = values.map((value) => cTypes[value]);
  return koffi.load(null).func(name, cTypes[result], types) as NativeFunction;
}

function refuse(name: string): never {
  throw new UnsupportedError({
    code: 'needs-linux',
    message: `${name} is a call of Linux, and this is ${process.platform}`,
    hint: 'run it on Linux, or in the sim lab, which runs anywhere',
  });
}

/** Of the call before this one, on this thread. */
export function lastErrno(): number {
  return koffi.errno();
}

export const errno = constants.errno;

export class SystemCallError extends RopewalkError {
  override readonly name = 'SystemCallError';
  readonly call: string;
  readonly errno: number;

  constructor(call: string, number: number, what: string, detail = '') {
    const [name, text] = describeErrno(number);
    super({
      code: 'system-call',
      message: `${call}(${what}) failed: ${detail || text} (${name})`,
      hint: hintFor(number),
    });
    this.call = call;
    this.errno = number;
  }
}

/** The result itself, unless it is negative. */
export function checkCall(result: number, call: string, what = ''): number {
  if (result >= 0) return result;
  throw new SystemCallError(call, lastErrno(), what);
}

function describeErrno(number: number): readonly [name: string, text: string] {
  return getSystemErrorMap().get(-number) ?? [`errno ${number}`, 'no text for it'];
}

function hintFor(number: number): string | undefined {
  switch (number) {
    case errno.EPERM:
    case errno.EACCES:
      return 'run it as root, or with CAP_NET_ADMIN and CAP_NET_RAW';
    case errno.ENODEV:
    case errno.ENXIO:
      return 'see which interfaces there are: ip link';
    case errno.EMFILE:
      return 'allow more open files: ulimit -n 65536';
    case errno.ENOENT:
      return 'check the path; for a device file, load its module: modprobe tun';
    case errno.EOPNOTSUPP:
    case errno.ENOPROTOOPT:
    case errno.EINVAL:
      return 'this kernel may lack it: ropewalk doctor says what each lab needs';
    default:
      return undefined;
  }
}
