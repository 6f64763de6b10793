/**
 * Which addresses the kernel's MPTCP may use in this namespace: who connects makes a subflow from each, who
 * listens tells of each (RFC 8684 3.4). The kernel takes none by itself.
 */
import { spawnSync } from 'node:child_process';
import { formatIp, isLinkLocal } from '../base/address.ts';
import { FaultError } from '../base/errors.ts';
import type { InterfaceInfo } from '../host/host.ts';

/** IPPROTO_MPTCP. */
export const mptcpProtocol = 262;
const most = '8';

export function offerPaths(interfaces: readonly InterfaceInfo[], role: 'subflow' | 'signal'): void {
  runIp(['mptcp', 'limits', 'set', 'subflow', most, 'add_addr_accepted', most]);
  for (const { name, addresses, mac } of interfaces) {
    // What has no link layer leads to programs of this node.
    if (Number(mac) === 0) continue;
    for (const { address } of addresses) {
      if (isLinkLocal(address)) continue;
      // One that stands already is as good.
      spawnSync('ip', ['mptcp', 'endpoint', 'add', formatIp(address), 'dev', name, role]);
    }
  }
}

function runIp(argv: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', argv, { encoding: 'utf8' });
  if (status === 0) return;
  throw new FaultError({
    code: 'no-kernel-mptcp',
    message: `ip ${argv.join(' ')}: ${String(stderr).trim()}`,
    hint: 'the kernel needs MPTCP (sysctl net.mptcp.enabled) and the node the package iproute2',
  });
}
