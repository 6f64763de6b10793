/** Namespaces that are nobody's but the run's; programs are this machine's. */
import { ledgerOfProcesses } from '../processes/process-ledger.ts';
import { siteHere } from '../processes/site-here.ts';
import type { Ground, GroundParts } from './ground.ts';
import { raiseNamespaces } from './raise-namespaces.ts';

export function namespaceGround({ ledger }: GroundParts): Ground {
  const processes = ledgerOfProcesses(ledger);
  return {
    raise: raiseNamespaces,
    siteOn: (node, paths) =>
      siteHere({
        runId: ledger.runId,
        namespacePath: paths.namespacePathOf(node),
        hostsPath: paths.hostsPathOf(node),
        ledger: processes,
      }),
    containerOn: () => undefined,
    [Symbol.asyncDispose]: async () => {},
  };
}
