/** Where the hub meets a node that stands in the kernel. */
import type { Mac } from '../../../src/base/mac.ts';

export interface HubPort {
  readonly node: string;
  /** The plan's name for it, which is the link's. */
  readonly interface: string;
  /** `/run/netns/NAME` or `/proc/PID/ns/net`. */
  readonly namespacePath: string;
  /** What the TAP is called there; at most 15 characters. */
  readonly device: string;
  readonly mac: Mac;
  readonly mtuBytes: number;
}
