/** What links are seen to do: bytes by now, and the round trips that TCP connections have measured on them. */
import { readFileSync } from 'node:fs';
import type { RouteSocket } from '../../linux/route-socket.ts';
import { listSockets } from '../../linux/socket-diag.ts';
import { addressesOf } from '../manager.ts';
import type { LiveLink } from '../manager-state.ts';
import { unmapIp } from '../socket-identity.ts';

export interface LinkBytes {
  readonly sent: number;
  readonly received: number;
}

/** Of /proc/net/dev: eight fields of what was received, then what was sent. */
const sentAt = 8;

/** By link; in the namespace of this thread. */
export function readLinkBytes(): ReadonlyMap<string, LinkBytes> {
  const lines = readFileSync('/proc/thread-self/net/dev', 'utf8').split('\n').slice(2, -1);
  return new Map(
    lines.map((line) => {
      const [name, rest] = line.split(/:(.*)/);
      const words = rest!.trim().split(/\s+/).map(Number);
      return [name!.trim(), { received: words[0]!, sent: words[sentAt]! }];
    }),
  );
}

/** The smallest that one of its connections has; undefined: it has none that has measured. */
export function roundTripUs(diag: RouteSocket, link: LiveLink): number | undefined {
  const mine = addressesOf(link);
  const seen = ([4, 6] as const)
    .flatMap((family) => listSockets(diag, family, 'tcp'))
    .filter(({ local }) => mine.includes(unmapIp(local.address)))
    .map(({ smoothedRttUs }) => smoothedRttUs)
    .filter((one) => one !== undefined);
  return seen.length === 0 ? undefined : Math.min(...seen);
}
