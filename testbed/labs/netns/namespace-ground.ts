/** Namespaces that are nobody's but the run's; programs are this machine's. */
import type { Ground, GroundParts } from '../ground/ground.ts';
import { bareNamespaces } from '../ground/raise-namespaces.ts';
import { sitesOfNamespaces } from '../ground/sites-of-namespaces.ts';

export function namespaceGround({ ledger }: GroundParts): Ground {
  return {
    ...sitesOfNamespaces(ledger),
    ...bareNamespaces,
    [Symbol.asyncDispose]: async () => {},
  };
}
