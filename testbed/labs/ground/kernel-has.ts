/** What this kernel can do beside the hub, found out by trying it in a namespace that nobody sees. */
import { createVethPair, listLinks } from '../../../src/linux/link.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import { RouteSocket } from '../../../src/linux/route-socket.ts';
import { errno, SystemCallError } from '../../../src/linux/system-call.ts';
import { type Discipline, setQdisc } from '../../../src/linux/traffic-control.ts';
import { runNft } from './run-nft.ts';

export interface KernelHas {
  readonly netem: boolean;
  readonly tbf: boolean;
  /** NAT by nftables: the kernel's part, and the tool. */
  readonly nftNat: 'yes' | 'no tool' | 'no kernel';
}

const netem: Discipline = {
  kind: 'netem',
  delayNs: 1,
  jitterNs: 0,
  loss: { model: 'none' },
  duplicateRatio: 0,
  corruptRatio: 0,
  keepsOrder: false,
  limitFrames: 1,
};
const tbf: Discipline = { kind: 'tbf', rateBps: 1e6, burstBytes: 2_000, limitBytes: 2_000 };

/** Takes root, and some milliseconds; the answer stays good until the machine boots. */
export function kernelHas(): KernelHas {
  using namespace = NetworkNamespace.create();
  return {
    netem: takesQdisc(namespace, netem),
    tbf: takesQdisc(namespace, tbf),
    nftNat: findNftNat(namespace),
  };
}

function takesQdisc(namespace: NetworkNamespace, discipline: Discipline): boolean {
  using socket = runInNamespace(namespace, () => new RouteSocket());
  const name = discipline.kind;
  socket.apply([createVethPair({ name }, { name: `${name}-peer` })]);
  const { index } = listLinks(socket).find((one) => one.name === name)!;
  try {
    socket.apply([setQdisc(index, { parent: 'root', handle: '1:', discipline })]);
    return true;
  } catch (error) {
    // The kind is unknown, or its module is not there.
    if (error instanceof SystemCallError && error.errno === errno.ENOENT) return false;
    throw error;
  }
}

const nftTrial = `table ip trial {
  chain after { type nat hook postrouting priority srcnat; masquerade fully-random; }
}
`;

function findNftNat(namespace: NetworkNamespace): KernelHas['nftNat'] {
  const refused = runInNamespace(namespace, () => runNft(nftTrial));
  if (refused === undefined) return 'yes';
  return refused === 'no tool' ? 'no tool' : 'no kernel';
}
