/** The kernel's own emulation, where this machine's kernel has none: netem of a User-Mode Linux that bridges two namespaces. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { changeLink, listLinks } from '../../../../src/linux/link.ts';
import { setOffloads } from '../../../../src/linux/link-offload.ts';
import { NetworkNamespace, runInNamespace } from '../../../../src/linux/network-namespace.ts';
import { RouteSocket } from '../../../../src/linux/route-socket.ts';
import { newRunId } from '../../ledger/run-id.ts';
import { makeGuestDevice } from '../../mininet-driver/host/guest-device.ts';
import { UmlGuest } from '../../mininet-driver/host/uml-guest.ts';
import { type Cable, type CableEnd, configureEnd, createEnd } from './cable.ts';

const addresses = ['10.9.0.1/24', '10.9.0.2/24'] as const;
const devices = ['left', 'right'] as const;

/** As tc(8) takes it: `delay 10ms`. */
export async function raiseNetem(emulation: string): Promise<Cable> {
  const ends = addresses.map((address) => createEnd(address));
  const [left, right] = ends as [CableEnd, CableEnd];
  using own = NetworkNamespace.create();
  runInNamespace(own, () => devices.map(makeGuestDevice));
  const guest = await UmlGuest.boot({
    ...{ devices, memoryMiB: 256, runId: newRunId() },
    folder: mkdtempSync(join(tmpdir(), 'ropewalk-netem-')),
    namespacePath: `/proc/${process.pid}/fd/${own.fd}`,
    modules: ['bridge', 'sch_netem'],
    body: bridgeBody(emulation),
    readyLine: /^bridged\s*$/,
  });
  await using made = new AsyncDisposableStack();
  made.use(guest);
  for (const end of ends) runInNamespace(end.namespace, forgetIpv6);
  for (const [at, end] of ends.entries()) runInNamespace(own, () => moveTo(end, devices[at]!));
  for (const { namespace, device } of ends) {
    runInNamespace(namespace, () => setOffloads(device, false));
  }
  configureEnd(right, addresses[1]);
  configureEnd(left, addresses[0]);
  const standing = made.move();
  return {
    ...{ left, right, pids: [guest.pid] },
    async [Symbol.asyncDispose]() {
      await standing.disposeAsync();
      for (const { namespace } of ends) namespace[Symbol.dispose]();
    },
  };
}

/** It says nothing by itself, so that no frame meets a device on its way to another namespace. */
function bridgeBody(emulation: string): string {
  return `[ -d /proc/sys/net/ipv6 ] && echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
ip link add bridge type bridge mcast_snooping 0
for device in vec0 vec1; do
  ip link set $device master bridge up
  tc qdisc add dev $device root netem ${emulation} limit 10000
done
ip link set bridge up
echo bridged
while :; do sleep 1000; done
`;
}

/** A namespace's settings are those of the thread that writes. */
function forgetIpv6(): void {
  writeFileSync('/proc/sys/net/ipv6/conf/all/disable_ipv6', '1');
  writeFileSync('/proc/sys/net/ipv6/conf/default/disable_ipv6', '1');
}

function moveTo({ namespace, device }: CableEnd, name: string): void {
  using socket = new RouteSocket();
  socket.apply([changeLink(name, { up: false })]);
  socket.apply([changeLink(name, { namespaceFd: namespace.fd })]);
  using there = runInNamespace(namespace, () => new RouteSocket());
  const { index } = listLinks(there).find((link) => link.name === name)!;
  there.apply([changeLink(index, { newName: device })]);
}
