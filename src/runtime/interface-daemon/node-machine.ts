/** The IP machine of a node, as its order describes it: the daemon's, and each process's own. */
import { FaultError } from '../../base/errors.ts';
import { createFramePool } from '../../base/frame.ts';
import { seedRandom } from '../../base/random.ts';
import { createIpMachine } from '../../ip/machine.ts';
import { addRoute } from '../../ip/routes.ts';
import type { IpMachine, IpMachineOptions } from '../../ip/state.ts';
import type { DaemonOrder } from './order.ts';

/** Interface `index` of the machine is interface `index` of the order. `who` names the stream of chance. */
export function createNodeMachine(
  order: Omit<DaemonOrder, 'start' | 'applications'>,
  who: string,
  options: Pick<IpMachineOptions, 'strayDatagrams'> = {},
): IpMachine {
  const machine = createIpMachine({
    interfaces: order.interfaces,
    forwards: order.forwards,
    pool: createFramePool(),
    random: seedRandom(order.seed, 'ip', order.node, who),
    ...options,
  });
  for (const { prefix, gateway, metric, interface: name } of order.routes) {
    const interfaceIndex = order.interfaces.findIndex((one) => one.name === name);
    if (interfaceIndex < 0) throw noSuchInterface(order.node, name);
    addRoute(machine, { prefix, gateway, metric, interfaceIndex });
  }
  return machine;
}

function noSuchInterface(node: string, name: string): FaultError {
  return new FaultError({
    code: 'no-such-interface',
    message: `the order routes ${node} by ${name}, which is none of its own interfaces`,
  });
}
