/**
 * A frame that goes round before any real one comes: the first of a run would else be carried by code
 * that is not compiled yet, and be late by that.
 */
import type { Mac } from '../../../src/base/mac.ts';
import { never } from '../../../src/base/time.ts';
import { closeDescriptor, openSocketPair, writeDescriptor } from '../../../src/linux/descriptor.ts';
import { readMonotonic } from '../../../src/runtime/run-clock.ts';
import type { PlannedEnd, PlannedNode } from '../../plan/plan.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import { CarriedNetwork } from './carried-network.ts';
import type { HubPort } from './hub-port.ts';
import { createRunTime } from './run-time.ts';

/** Either ends it; it runs while namespaces are made. */
const mostTurns = 6_000;
const mostNs = 40_000_000;
const frameBytes = 1_500;

const settings: DirectionSettings = {
  rateBps: 1e10,
  delayNs: 1_000,
  jitterNs: 0,
  loss: { model: 'none' },
  duplicateRatio: 0,
  corruptRatio: 0,
  reorder: { ratio: 0, holdNs: 0 },
  queue: { limitFrames: 8, limitBytes: never, discipline: { kind: 'drop-tail' } },
  trace: undefined,
  mtuBytes: 1_500,
  up: true,
};

const names = ['left', 'right'] as const;

/** Both devices are ends of one socket, so that what leaves by one arrives by the other. */
export function warmUp(controlFd: number): void {
  const pair = openSocketPair('sequenced');
  const nowNs = createRunTime(readMonotonic());
  using carried = new CarriedNetwork({
    network: { seed: 1, nodes: names.map(nodeOf), links: [wire()], ports: names.map(portOf) },
    nowNs,
    controlFd,
    onRecord: () => {},
    countLost: () => 0,
    openDevices: (ports) => ports.map((port, index) => ({ port, tun: deviceOf(pair[index]!) })),
  });
  writeDescriptor(pair[0], new Uint8Array(frameBytes));
  for (let left = mostTurns; left > 0 && nowNs() < mostNs; left--) carried.loop.turn(never);
}

function wire() {
  const end = (node: string): PlannedEnd => ({ node, interface: 'wire', arriving: settings });
  return {
    name: 'wire',
    engine: 'model' as const,
    ends: [end('left'), end('right')] as const,
  };
}

function nodeOf(name: string): PlannedNode {
  const one = { name: 'wire', link: 'wire', mac: 0 as Mac, mtuBytes: 1_500, addresses: [] };
  return {
    name,
    kind: 'host',
    forwards: false,
    interfaces: [{ ...one, stack: 'kernel' }],
    routes: [],
    nat: undefined,
    cpus: undefined,
    memoryBytes: undefined,
  };
}

function portOf(node: string): HubPort {
  return {
    node,
    interface: 'wire',
    namespacePath: '/proc/self/ns/net',
    device: 'wire',
    mac: 0 as Mac,
    mtuBytes: 1_500,
  };
}

function deviceOf(fd: number) {
  return {
    fd,
    name: 'wire',
    setCarrier: () => {},
    [Symbol.dispose]: () => closeDescriptor(fd),
  };
}
