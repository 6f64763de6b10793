import { isIpv4 } from '../../../src/base/address.ts';
import { createFramePool } from '../../../src/base/frame.ts';
import { never } from '../../../src/base/time.ts';
import { hostConformance } from '../../../src/host/host.conformance.ts';
import type { Lifecycle } from '../../../src/host/host.ts';
import type { HostPair, PairedNode } from '../../../src/host/pair.conformance.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import { tunnelConformance } from '../../../src/tunnel/tunnel.conformance.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { link, ms, node, scenario } from '../../plan/testing-topology.ts';
import { changeNetwork } from '../network/changes.ts';
import { buildNetwork, type Network, stationOf } from '../network/network.ts';
import { createSchedule, wakeNext } from '../network/schedule.ts';
import type { Surroundings } from '../network/station.ts';
import type { Guard } from './host-owner.ts';
import { SimulatedHost } from './simulated-host.ts';

hostConformance({ name: 'the simulated host', build: async () => buildPair() });
tunnelConformance({ name: 'simulated', build: async () => buildPair(), transport: 'tcp' });
tunnelConformance({ name: 'simulated', build: async () => buildPair(), transport: 'mptcp' });

function buildPair(): HostPair {
  const plan = planScenario(
    scenario({
      nodes: [node('left', 'host'), node('right', 'router'), node('beyond', 'host')],
      links: [
        link('cable', ['left', 'right'], { delayNs: ms(1) }),
        link('narrow', ['right', 'beyond'], { delayNs: ms(1), mtuBytes: 1_400 }),
      ],
    }),
  );
  const records: TraceRecord[] = [];
  const around: Surroundings = {
    seed: 1,
    schedule: createSchedule(),
    pool: createFramePool(),
    capture: undefined,
    record: (tNs, name, kind, fields) => records.push({ tNs, node: name, kind, ...fields }),
  };
  const network = buildNetwork(plan, around);
  const { ipv4, ipv6 } = pairedNode(around, network, 'beyond');
  return {
    left: pairedNode(around, network, 'left'),
    right: pairedNode(around, network, 'right'),
    beyond: { ipv4, ipv6 },
    records,
    driveUntil: async (condition, limitNs) => driveUntil(around, condition, limitNs),
    setCarrier: (up) =>
      changeNetwork(network, { kind: up ? 'link-up' : 'link-down', link: 'cable' }),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** With a traffic, a record carries no program's name: fields are as given. */
const conformance = { id: 'conformance', traffic: 'conformance' };

function pairedNode(around: Surroundings, network: Network, name: string): PairedNode {
  const station = stationOf(network, name);
  const [first] = station.planned.interfaces;
  const addresses = first!.addresses.map((prefix) => prefix.address);
  return {
    host: new SimulatedHost(around, station, conformance, recordingLifecycle(station)),
    interface: first!.name,
    ipv4: addresses.find(isIpv4)!,
    ipv6: addresses.find((address) => !isIpv4(address)) as PairedNode['ipv6'],
  };
}

/** What a program says of itself, as the lab records it; what a callback throws fails the test. */
function recordingLifecycle(station: {
  record(kind: string, fields: Readonly<Record<string, string>>): void;
}): Lifecycle & { guard: Guard } {
  return {
    ready: () => station.record('program.ready', { id: 'conformance' }),
    finish: () => station.record('program.finished', { id: 'conformance' }),
    fail: (reason) => station.record('program.failed', { id: 'conformance', reason }),
    guard: (callback) => callback(),
  };
}

function driveUntil(around: Surroundings, condition: () => boolean, limitNs: number): boolean {
  const untilNs = limitNs === never ? never : around.schedule.nowNs + limitNs;
  while (!condition()) {
    if (!wakeNext(around.schedule, untilNs)) return false;
  }
  return true;
}
