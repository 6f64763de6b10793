/** Programs of nodes that are namespaces of this machine and no more: they run on its files. */
import type { Ledger } from '../ledger/ledger.ts';
import { ledgerOfProcesses } from '../processes/process-ledger.ts';
import { siteHere } from '../processes/site-here.ts';
import type { Ground } from './ground.ts';

export function sitesOfNamespaces(ledger: Ledger): Pick<Ground, 'siteOn' | 'containerOn'> {
  const processes = ledgerOfProcesses(ledger);
  return {
    siteOn: (node, paths) =>
      siteHere({
        runId: ledger.runId,
        runFolder: ledger.folder,
        namespacePath: paths.namespacePathOf(node),
        hostsPath: paths.hostsPathOf(node),
        ledger: processes,
      }),
    containerOn: () => undefined,
  };
}
