/** What the kernel says about datagrams, in the words of the host contract. */
import type { Endpoint, Ip } from '../base/address.ts';
import type { PathError, SendOutcome } from '../host/host.ts';
import { errorKindV4, errorKindV6 } from '../ip/error-input.ts';
import type { ExtendedError } from '../linux/control-message.ts';
import { errno } from '../linux/system-call.ts';

/** Undefined for what this node itself had to say: its sender was told by the outcome of the send. */
export function pathErrorOf(error: ExtendedError, destination: Endpoint): PathError | undefined {
  if (error.origin !== 'icmp' && error.origin !== 'icmpv6') return undefined;
  const kindOf = error.origin === 'icmp' ? errorKindV4 : errorKindV6;
  const kind = kindOf(error.type, error.code);
  const reporter: Ip = error.offender?.address ?? destination.address;
  const mtu = kind === 'packet-too-big' ? { mtuBytes: error.info } : {};
  return { kind, reporter, destination, ...mtu };
}

/**
 * What a send came to that failed with `reason`. A buffer that is full, or a packet filter that says no,
 * is a loss like any other on the way: sent, as far as the network tells.
 */
export function sendOutcomeOf(reason: number): SendOutcome | undefined {
  switch (reason) {
    case errno.ENETUNREACH:
    case errno.EHOSTUNREACH:
    case errno.EADDRNOTAVAIL:
    case errno.EAFNOSUPPORT:
      return 'no-route';
    case errno.ENETDOWN:
    case errno.ENODEV:
    case errno.ENXIO:
      return 'interface-down';
    case errno.EMSGSIZE:
      return 'message-too-long';
    case errno.EAGAIN:
    case errno.ENOBUFS:
    case errno.EPERM:
    case errno.EACCES:
      return 'sent';
    default:
      return undefined;
  }
}
