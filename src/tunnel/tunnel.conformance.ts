/**
 * Terminal and proxy on any hosts, simulated or real: what applications send into one's virtual interface
 * comes out at the other as it went in. The numbers are those of the sentences of system 2.
 *
 *   tunnelConformance({ name: 'the simulated host', build, transport: 'mptcp' });
 */
import type { ExecutionContext } from 'ava';
import { type Family, formatIp } from '../base/address.ts';
import { parsePrefix } from '../base/prefix.ts';
import { declareCases, type HostConformance } from '../host/host.conformance.ts';

import {
  addressOf,
  type ConformanceCase,
  expectSoon,
  type HostPair,
  type Listener,
  listen,
} from '../host/pair.conformance.ts';
import type { StreamEnd, StreamTransport } from '../host/stream.ts';
import { virtualName } from './carriers.ts';
import { tunnelKeyOf } from './credentials.ts';
import { TunnelProxy } from './proxy.ts';
import { Terminal } from './terminal.ts';

const inner = { 4: '172.31.0.1', 6: 'fd72::1' } as const;
/** Before any default route. */
const everywhere = ['0.0.0.0/1', '128.0.0.0/1', '::/1', '8000::/1'].map(
  (text) => parsePrefix(text)!,
);
const port = 7_443;
const applicationPort = 9_000;

export interface TunnelConformance extends Omit<HostConformance, 'name'> {
  readonly name: string;
  readonly transport: StreamTransport;
}

export function tunnelConformance({ name, transport, ...options }: TunnelConformance): void {
  declareCases(casesOver(transport), { ...options, name: `${name}, ${transport}` });
}

interface Tunnel extends Disposable {
  readonly pair: HostPair;
}

/** Left is the terminal, right the proxy. */
async function raise(
  t: ExecutionContext,
  pair: HostPair,
  transport: StreamTransport,
  keys: { readonly terminal?: string; readonly proxy?: string } = {},
): Promise<Tunnel> {
  const proxy = new TunnelProxy(pair.right.host, {
    ...{ port, transport, key: tunnelKeyOf(keys.proxy ?? 'lab') },
    networks: [parsePrefix(`${inner[4]}/32`)!, parsePrefix(`${inner[6]}/128`)!],
  });
  const terminal = new Terminal(pair.left.host, {
    addresses: [parsePrefix(`${inner[4]}/32`)!, parsePrefix(`${inner[6]}/128`)!],
    routes: everywhere,
    proxy: {
      ...{ key: tunnelKeyOf(keys.terminal ?? 'lab'), transport, lanes: 2 },
      policies: { duplicate: [], pin: {} },
      endpoints: [{ address: pair.right.ipv4, port }],
    },
    ...{ links: [], congestion: undefined },
  });
  const dispose = (): void => {
    terminal.stop();
    proxy.stop();
  };
  if (keys.terminal !== undefined) return { pair, [Symbol.dispose]: dispose };
  const lanesUp = () =>
    pair.records.filter(({ kind, node }) => kind === 'tunnel.lane-up' && node === 'right').length;
  await expectSoon(t, pair, () => lanesUp() === 2, 'both lanes');
  return { pair, [Symbol.dispose]: dispose };
}

interface Applications {
  readonly left: Listener;
  readonly right: Listener;
}

/** Ordinary sockets: the left one's packets leave by the virtual interface. */
function openApplications({ pair }: Tunnel, family: Family): Applications {
  return {
    left: listen(pair.left.host, { family, interface: virtualName }),
    right: listen(pair.right.host, { family, port: applicationPort }),
  };
}

function patternOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >>> 8) + length) & 255);
}

/** MSS with timestamps: 1 448 over IPv4, 1 428 over IPv6; one less and one more; the most that UDP has. */
const sizes = {
  4: [0, 1, 1_447, 1_448, 1_449, 1_472, 5_000, 65_507],
  6: [0, 1, 1_427, 1_428, 1_429, 1_472, 5_000, 65_487],
};

function casesOver(transport: StreamTransport): readonly ConformanceCase[] {
  const up = (t: ExecutionContext, pair: HostPair) => raise(t, pair, transport);
  return [
    ...([4, 6] as const).map((family) => keepsDatagrams(family, up)),
    keepsManyDatagrams(up),
    ...([4, 6] as const).map((family) => carriesStreams(family, up)),
    refusesStreams(up),
    {
      title: 'system 2.0: the tunnel is opened by the terminal, and both say when it is up',
      check: async (t, pair) => {
        using _tunnel = await up(t, pair);
        const { records } = pair;
        const firstOf = (kind: string, node: string) =>
          records.findIndex((one) => one.kind === kind && one.node === node);
        t.true(firstOf('tunnel.up', 'left') >= 0);
        t.true(firstOf('tunnel.lane-up', 'left') > firstOf('tunnel.up', 'left'));
        t.true(firstOf('tunnel.lane-up', 'right') >= 0);
      },
    },
    {
      title: 'a terminal that does not know the key gets no tunnel, and its applications nothing',
      check: async (t, pair) => {
        using _tunnel = await raise(t, pair, transport, { terminal: 'guessed' });
        const isRefused = () => pair.records.some(({ kind }) => kind === 'tunnel.refused');
        const ends: StreamEnd[] = [];
        const to = { address: pair.right.ipv4, port: applicationPort };
        pair.left.host.openStream(
          { to, interface: virtualName },
          {
            received: () => undefined,
            connected: () => t.fail('connected'),
            closed: (end) => ends.push(end),
          },
        );
        await pair.driveUntil(isRefused, 3e9);
        t.false(pair.records.some(({ kind }) => kind === 'tunnel.up' || kind === 'tunnel.lane-up'));
      },
    },
  ];
}

type Raise = (t: ExecutionContext, pair: HostPair) => Promise<Tunnel>;

function keepsDatagrams(family: Family, up: Raise): ConformanceCase {
  return {
    title: `system 2.2: one datagram in is one identical datagram out, whatever its size (IPv${family})`,
    check: async (t, pair) => {
      using tunnel = await up(t, pair);
      const { left, right } = openApplications(tunnel, family);
      const to = { address: addressOf(pair.right, family), port: applicationPort };
      for (const [index, size] of sizes[family].entries()) {
        const payload = patternOf(size);
        t.is(left.socket.send(payload, to), 'sent');
        await expectSoon(t, pair, () => right.arrivals.length === index + 1, `${size} bytes`);
        const there = right.arrivals[index]!;
        t.deepEqual(Buffer.from(there.payload), Buffer.from(payload));
        t.is(formatIp(there.from.address), inner[family], 'the address that the application has');
        t.is(there.from.port, left.socket.local.port);
        t.is(right.socket.send(payload, there.from), 'sent');
        await expectSoon(t, pair, () => left.arrivals.length === index + 1, `${size} bytes back`);
        const back = left.arrivals[index]!;
        t.deepEqual(Buffer.from(back.payload), Buffer.from(payload));
        t.deepEqual(back.from, to);
      }
    },
  };
}

function keepsManyDatagrams(up: Raise): ConformanceCase {
  return {
    title: 'system 2.2: sizes mixed and back to back, each once and whole',
    check: async (t, pair) => {
      using tunnel = await up(t, pair);
      const { left, right } = openApplications(tunnel, 4);
      const to = { address: pair.right.ipv4, port: applicationPort };
      const wanted = Array.from({ length: 60 }, (_, at) => patternOf((at * 397) % 3_000));
      for (const payload of wanted) t.is(left.socket.send(payload, to), 'sent');
      await expectSoon(t, pair, () => right.arrivals.length >= wanted.length, 'all of them');
      const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
      t.deepEqual(
        right.arrivals.map(({ payload }) => hexOf(payload)).toSorted(),
        wanted.map(hexOf).toSorted(),
      );
    },
  };
}

function carriesStreams(family: Family, up: Raise): ConformanceCase {
  return {
    title: `a stream of an application's goes by the proxy, both ways and to its end (IPv${family})`,
    check: async (t, pair) => {
      using _tunnel = await up(t, pair);
      const heard: Buffer[] = [];
      const told: string[] = [];
      pair.right.host.listenStream({ family, port: applicationPort }, (stream) => ({
        received: (bytes) => {
          stream.write(bytes);
        },
        ended: () => stream.end(),
        closed: (end) => told.push(`server ${end}`),
      }));
      const content = patternOf(100_000);
      const to = { address: addressOf(pair.right, family), port: applicationPort };
      const stream = pair.left.host.openStream(
        { to, interface: virtualName },
        {
          connected: () => {
            t.is(stream.write(content), content.length);
            stream.end();
          },
          received: (bytes) => void heard.push(Buffer.from(bytes)),
          closed: (end) => told.push(`client ${end}`),
        },
      );
      await expectSoon(t, pair, () => told.length === 2, 'both ends');
      t.deepEqual(told.toSorted(), ['client finished', 'server finished']);
      t.true(Buffer.concat(heard).equals(Buffer.from(content)));
    },
  };
}

function refusesStreams(up: Raise): ConformanceCase {
  return {
    title: 'a port that nobody has beyond the proxy is refused to the application',
    check: async (t, pair) => {
      using _tunnel = await up(t, pair);
      const ends: StreamEnd[] = [];
      pair.left.host.openStream(
        { to: { address: pair.right.ipv4, port: 81 }, interface: virtualName },
        { received: () => undefined, closed: (end) => ends.push(end) },
      );
      await expectSoon(t, pair, () => ends.length === 1, 'the refusal');
      t.deepEqual(ends, ['refused']);
    },
  };
}
