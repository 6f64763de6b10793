import type { Ip } from '../../base/address.ts';
import { formatIp } from '../../base/address.ts';
import { closeDescriptor, waitReadable } from '../../linux/descriptor.ts';
import { runInNamespace } from '../../linux/network-namespace.ts';
import { connectSocket, getOption, openSocket, socketOption } from '../../linux/socket.ts';
import { addressFamily } from '../../linux/socket-address.ts';
import { errno } from '../../linux/system-call.ts';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { leftAddress, OwnCable } from './testing-own-cable.ts';

const families = [4, 6] as const;

function ping(cable: OwnCable, address: Ip): Promise<string> {
  return cable.exec('right', 'ping', '-n', '-c', '1', '-W', '1', formatIp(address));
}

/** How a kernel's TCP connection to a port of the left ends: an errno, 0 if it stands. */
async function connectTo(cable: OwnCable, address: Ip, port: number): Promise<number> {
  const family = typeof address === 'number' ? addressFamily.ipv4 : addressFamily.ipv6;
  const fd = runInNamespace(cable.right, () => openSocket(family, 'stream'));
  try {
    connectSocket(fd, { address, port });
    await cable.until(() => waitReadable(fd, 1));
    return getOption(fd, socketOption.error);
  } finally {
    closeDescriptor(fd);
  }
}

for (const family of families) {
  const address = leftAddress[family];

  test(`a kernel's ping to an interface of ours is answered, over IPv${family}`, async (t) => {
    await using cable = new OwnCable();
    cable.startDaemon();
    t.regex(await ping(cable, address), /1 received/);
  });

  test(`without the daemon nobody answers for the interface, over IPv${family}`, async (t) => {
    await using cable = new OwnCable();
    t.regex(await ping(cable, address), /0 received/);
  });

  test(`a connection to a port that nobody has is reset, over IPv${family}`, async (t) => {
    await using cable = new OwnCable();
    cable.startDaemon();
    t.is(await connectTo(cable, address, 7_000), errno.ECONNREFUSED);
  });
}
