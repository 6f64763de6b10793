/**
 * `ropewalk onload` for a program that is not Node's: it runs in a network namespace of its own, whose only way
 * out is a virtual interface. Its TCP ends here and goes on over the socket library; its UDP goes on by the kernel.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import process from 'node:process';
import type { Endpoint } from '../base/address.ts';
import { parsePrefix } from '../base/prefix.ts';
import type { Stream, StreamEvents } from '../host/stream.ts';
import { findUpperLayer } from '../ip/upper-layer.ts';
import { changeLink, listLinks } from '../linux/link.ts';
import { NetworkNamespace, runInNamespace } from '../linux/network-namespace.ts';
import { RouteSocket } from '../linux/route-socket.ts';
import type { OnloadSettings } from '../runtime/onload/settings.ts';
import type { SocketLibrary } from '../runtime/onload/socket-library.ts';
import { RealHost } from '../runtime/real-host.ts';
import { DatagramRelay } from '../tunnel/datagram-relay.ts';
import { TcpTermination } from '../tunnel/tcp-termination.ts';
import { innerMtuBytes } from '../tunnel/virtual-ground.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { openLibrary } from './open-library.ts';

const addresses = ['172.31.0.1/32', 'fd72:6f70:6577:1::1/128'].map((text) => parsePrefix(text)!);
const everywhere = ['0.0.0.0/0', '::/0'].map((text) => parsePrefix(text)!);
const program = { id: 'onload', traffic: undefined };

/** Its exit code, as a shell has it. */
export async function runBinary(
  argv: readonly string[],
  settings: OnloadSettings,
): Promise<number> {
  const { library, node } = openLibrary(settings);
  await using _library = library;
  using open = new DisposableStack();
  const inside = open.use(NetworkNamespace.create());
  raiseLoopback(inside);
  const write = () => undefined;
  const common = { loop: library.loop, node, seed: process.pid, program, write };
  const home = open.use(new RealHost(common));
  const near = open.use(new RealHost({ ...common, namespace: inside }));
  openWorld(library, home, near);
  const hold = library.hold();
  try {
    return await runInside(inside, argv);
  } finally {
    hold.release();
  }
}

function openWorld(library: SocketLibrary, home: RealHost, near: RealHost): void {
  const termination = new TcpTermination({
    host: near,
    openFar: (to, events) => openFar(library, home, to, events),
  });
  const relay = new DatagramRelay(home, (packet) => void virtual.inject(packet));
  const virtual = near.openVirtualInterface(
    { name: 'onload0', addresses, mtuBytes: innerMtuBytes, routes: everywhere },
    {
      packet: (packet) => {
        const protocol = findUpperLayer(packet, 0, packet.length)?.protocol;
        if (protocol === ipProtocol.tcp) termination.receive(packet);
        else if (protocol === ipProtocol.udp) relay.take(packet);
      },
    },
  );
  termination.attach(virtual);
}

/** By the transport that the library chooses for a socket to there. */
function openFar(
  library: SocketLibrary,
  home: RealHost,
  to: Endpoint,
  events: StreamEvents,
): Stream {
  const { stack, interfaceName } = library.chooseToward('tcp', to);
  const options = { to, noDelay: true };
  if (stack === undefined || interfaceName === undefined) return home.openStream(options, events);
  return stack.sockets.openStream({ ...options, interface: interfaceName }, events);
}

function raiseLoopback(namespace: NetworkNamespace): void {
  using socket = runInNamespace(namespace, () => new RouteSocket());
  const loopback = listLinks(socket).find(({ isLoopback }) => isLoopback)!;
  socket.apply([changeLink(loopback.index, { up: true })]);
}

/** A child begins in the network namespace of the thread that starts it. */
async function runInside(
  namespace: NetworkNamespace,
  [command, ...words]: readonly string[],
): Promise<number> {
  const child = runInNamespace(namespace, () => spawn(command!, words, { stdio: 'inherit' }));
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  process.on('SIGTERM', forward);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[signal!];
  } finally {
    process.off('SIGTERM', forward);
  }
}
