/** The control: a bridge that snoops, asks nobody, and gives each port what is asked for there (RFC 4541 2.1). */
import { runTool } from './tool.ts';

const name = 'plain';

/** It believes itself to be the querier at once, for without one nothing is pruned. */
export function raisePlainBridge(ports: readonly string[]): void {
  const lines = [
    `link add ${name} type bridge stp_state 0 forward_delay 0`,
    `link set ${name} type bridge mcast_snooping 1 mcast_query_response_interval 1`,
    ...ports.map((port) => `link set dev ${port} master ${name} up`),
    `link set ${name} up`,
    `link set ${name} type bridge mcast_querier 1`,
  ];
  runTool(['ip', '-batch', '-'], `${lines.join('\n')}\n`);
}
