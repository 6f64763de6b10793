/**
 * Network namespaces. The namespace belongs to the thread: who enters one takes along neither the other
 * threads of the process nor its sockets, which stay where they were opened. So a socket is opened
 * within `runInNamespace` and used from anywhere, and a worker may enter a namespace for good.
 */
import { closeSync, openSync } from 'node:fs';
import { FaultError } from '../base/errors.ts';
import { bindCall, checkCall } from './system-call.ts';

const unshareCall = bindCall('unshare', 'int', ['int']);
const setnsCall = bindCall('setns', 'int', ['int', 'int']);

/** CLONE_NEWNET of linux/sched.h. */
const newNetwork = 0x4000_0000;
const ownPath = '/proc/thread-self/ns/net';

export class NetworkNamespace implements Disposable {
  readonly fd: number;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** `/run/netns/NAME`, `/proc/PID/ns/net`. */
  static open(path: string): NetworkNamespace {
    return new NetworkNamespace(openSync(path, 'r'));
  }

  static current(): NetworkNamespace {
    return NetworkNamespace.open(ownPath);
  }

  /** One without a name: it goes, with all that is in it, when nothing refers to it any more. */
  static create(): NetworkNamespace {
    using home = NetworkNamespace.current();
    checkCall(unshareCall(newNetwork), 'unshare', 'CLONE_NEWNET');
    try {
      return NetworkNamespace.current();
    } finally {
      home.enter();
    }
  }

  /** This thread stays there. */
  enter(): void {
    checkCall(setnsCall(this.fd, newNetwork), 'setns', `${this.fd}, CLONE_NEWNET`);
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}

/** What `action` opens stands in the namespace. It must not await: others would run there meanwhile. */
export function runInNamespace<T>(namespace: NetworkNamespace, action: () => T): T {
  using home = NetworkNamespace.current();
  namespace.enter();
  try {
    return refusePromise(action());
  } finally {
    home.enter();
  }
}

function refusePromise<T>(result: T): T {
  if (!(result instanceof Promise)) return result;
  throw new FaultError({
    code: 'namespace-left',
    message: 'an action within a namespace returned a promise, and would go on outside of it',
  });
}
