import type { ExecutionContext } from 'ava';
import { formatIp, type Ip } from '../../base/address.ts';
import { closeDescriptor, readDescriptor, writeDescriptor } from '../../linux/descriptor.ts';
import { runInNamespace } from '../../linux/network-namespace.ts';
import {
  bindSocket,
  connectSocket,
  getOption,
  listenSocket,
  openSocket,
  socketOption,
} from '../../linux/socket.ts';
import { addressFamily } from '../../linux/socket-address.ts';
import { errno } from '../../linux/system-call.ts';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { acceptNext } from '../../linux/unix-socket.ts';
import { RealHost } from '../real-host.ts';
import { applications, leftAddress, OwnCable, rightAddress } from './testing-own-cable.ts';

const families = [4, 6] as const;
const wildcard = { 4: 0 as Ip, 6: '\0'.repeat(8) as Ip } as const;

function openCable(): OwnCable {
  const cable = new OwnCable();
  cable.startDaemon({ ...cable.order, applications });
  return cable;
}

function open(cable: OwnCable, side: 'left' | 'right', family: 4 | 6, kind: 'stream' | 'datagram') {
  const number = family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
  return runInNamespace(cable[side], () => openSocket(number, kind));
}

function textFrom(fd: number): string {
  const room = new Uint8Array(64);
  return new TextDecoder().decode(room.subarray(0, readDescriptor(fd, room)));
}

const hello = new TextEncoder().encode('hello');

/** An unmodified program connects to one on the other side, and both say something. */
async function talk(t: ExecutionContext, from: 'left' | 'right', family: 4 | 6): Promise<void> {
  await using cable = openCable();
  const to = from === 'left' ? 'right' : 'left';
  const listening = open(cable, to, family, 'stream');
  t.is(bindSocket(listening, { address: wildcard[family], port: 7_000 }), undefined);
  listenSocket(listening, 1);
  const caller = open(cable, from, family, 'stream');
  const address = (to === 'left' ? leftAddress : rightAddress)[family];
  connectSocket(caller, { address, port: 7_000 });
  await cable.readable(listening);
  const accepted = acceptNext(listening)!;
  writeDescriptor(accepted, hello);
  await cable.readable(caller);
  t.is(textFrom(caller), 'hello');
  writeDescriptor(caller, hello);
  await cable.readable(accepted);
  t.is(textFrom(accepted), 'hello');
  for (const fd of [listening, caller, accepted]) closeDescriptor(fd);
}

for (const family of families) {
  test(`an application's ping out of a node with a stack of ours is answered, over IPv${family}`, async (t) => {
    await using cable = openCable();
    for (const to of [rightAddress[family], leftAddress[family]].map(formatIp)) {
      t.regex(await cable.exec('left', 'ping', '-n', '-c', '1', '-W', '2', to), /1 received/, to);
    }
  });

  test(`an application connects out of the node, over IPv${family}`, (t) =>
    talk(t, 'left', family));

  test(`an application of the node is connected to, over IPv${family}`, (t) =>
    talk(t, 'right', family));

  test(`a port that no application has is reset by the kernel, over IPv${family}`, async (t) => {
    await using cable = openCable();
    const fd = open(cable, 'right', family, 'stream');
    connectSocket(fd, { address: leftAddress[family], port: 7_000 });
    await cable.readable(fd);
    t.is(getOption(fd, socketOption.error), errno.ECONNREFUSED);
    closeDescriptor(fd);
  });

  test(`a datagram to a port that no application has comes back as an error, over IPv${family}`, async (t) => {
    await using cable = openCable();
    using right = hostOn(cable, 'right');
    const errors: unknown[] = [];
    const socket = right.openDatagramSocket(
      { family },
      { received() {}, pathError: ({ kind, reporter }) => errors.push({ kind, reporter }) },
    );
    await cable.eventually(() => {
      socket.send(hello, { address: leftAddress[family], port: 7_001 });
      return errors.length > 0;
    });
    t.deepEqual(errors[0], { kind: 'port-unreachable', reporter: leftAddress[family] });
  });

  test(`an application hears that nobody has the port that it sends to, over IPv${family}`, async (t) => {
    await using cable = openCable();
    using left = hostOn(cable, 'left');
    const errors: unknown[] = [];
    const to = { address: rightAddress[family], port: 7_001 };
    const socket = left.openDatagramSocket(
      { family },
      { received() {}, pathError: ({ kind, destination }) => errors.push({ kind, destination }) },
    );
    await cable.eventually(() => {
      t.is(socket.send(new Uint8Array(3_000), to), 'sent', 'in pieces');
      return errors.length > 0;
    });
    t.deepEqual(errors[0], { kind: 'port-unreachable', destination: to });
  });
}

test('the kernel does not answer on the link for what applications have, as it would if it were let', async (t) => {
  await using cable = openCable();
  await cable.exec('right', 'ip', 'route', 'add', '192.0.0.2/32', 'dev', 'cable');
  const ask = async () => {
    // What an earlier question left behind is asked for once a second only, and would hide an answer.
    await cable.exec('right', 'ip', 'neigh', 'flush', 'dev', 'cable');
    await cable.exec('right', 'ping', '-n', '-c', '1', '-W', '3', '192.0.0.2');
    return cable.exec('right', 'ip', 'neigh', 'show', '192.0.0.2');
  };
  t.notRegex(await ask(), /lladdr/);
  await cable.exec('left', 'sysctl', '-w', 'net.ipv4.conf.cable.arp_ignore=0');
  await cable.exec('left', 'sysctl', '-w', 'net.ipv4.conf.cable.rp_filter=0');
  t.regex(await ask(), /lladdr/);
});

test('an application hears what fits where the link has become narrower', async (t) => {
  await using cable = openCable();
  using left = hostOn(cable, 'left');
  const errors: unknown[] = [];
  const socket = left.openDatagramSocket(
    { family: 4 },
    {
      received() {},
      pathError: ({ kind, mtuBytes }) => kind === 'packet-too-big' && errors.push(mtuBytes),
    },
  );
  cable.setMtu(1_300);
  const to = { address: rightAddress[4], port: 7_001 };
  await cable.eventually(() => {
    socket.send(new Uint8Array(1_400), to, { dontFragment: true });
    return errors.length > 0;
  });
  t.is(errors[0], 1_300);
});

/** Programs on the kernel's stack: on the left they are unmodified applications. */
function hostOn(cable: OwnCable, node: 'left' | 'right'): RealHost {
  const program = { id: 'test', traffic: 'test' };
  const namespace = cable[node];
  return new RealHost({ loop: cable.loop, node, seed: 1, program, namespace, write() {} });
}
