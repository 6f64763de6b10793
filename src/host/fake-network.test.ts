import { parseIp } from '../base/address.ts';
import { createFakeNetwork, setFakeCarrier } from './fake-network.ts';
import { driveUntil } from './fake-time.ts';
import { frameCases } from './frame.conformance.ts';
import { hostConformance } from './host.conformance.ts';
import type { HostPair, PairedNode } from './pair.conformance.ts';
import { streamCases } from './stream.conformance.ts';

hostConformance({
  name: 'the fake network',
  build: async () => buildPair(),
  skip: {
    ...Object.fromEntries(frameCases.map(({ title }) => [title, 'it has no frames'])),
    ...Object.fromEntries(streamCases.map(({ title }) => [title, 'it has no streams'])),
    'a datagram that is routed into a virtual interface comes out as an IP packet': noTunnel(),
    'a packet that is put into a virtual interface reaches the application': noTunnel(),
    'a closed virtual interface takes no packet, and its routes are gone': noTunnel(),
  },
});

function noTunnel(): string {
  return 'it has no virtual interfaces';
}

function buildPair(): HostPair {
  const network = createFakeNetwork();
  return {
    left: describe('left', '192.0.2.1', '2001:db8:1::1'),
    right: describe('right', '192.0.2.2', '2001:db8:1::2'),
    beyond: { ipv4: ip('198.51.100.9'), ipv6: ip('2001:db8:2::9') },
    records: network.records,
    driveUntil: async (condition, limitNs) => driveUntil(network.time, condition, limitNs),
    setCarrier: (up) => setFakeCarrier(network, up),
    [Symbol.asyncDispose]: async () => {},
  };

  function describe(side: 'left' | 'right', ipv4: string, ipv6: string): PairedNode {
    return { host: network[side].host, interface: 'cable', ipv4: ip(ipv4), ipv6: ip(ipv6) };
  }
}

function ip<T>(text: string): T {
  return parseIp(text) as T;
}
