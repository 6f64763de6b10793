/**
 * Looks for the port of a box that draws one for each destination, by trying: the one behind it opens
 * many ports, the other tries many of them. It needs both sides' consent, goes only to the address that
 * the relay sees for the peer, and is bounded: 1 024 probes of 40 bytes, once a minute.
 */
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { Device, DeviceSink, Peer, ProbeStep } from './device-state.ts';
import type { WaveFacts } from './probe-plan.ts';
import { drawNumber } from './sending.ts';

const openedPorts = 256;
const triedPorts = 1_024;
const firstPort = 1_024;
const pauseNs = 60 * nsPerSecond;
/** A thousand a second. */
const spacingNs = nsPerMs;

export function planSearch(
  device: Device,
  peer: Peer,
  { nowNs, own, observed, offer, socket }: WaveFacts,
  sink: DeviceSink,
): ProbeStep[] {
  if (!device.options.search || offer?.search !== true || observed === undefined) return [];
  if (nowNs - peer.searchedNs < pauseNs) return [];
  const isOurs = own.kind === 'random';
  if (
    isOurs === (offer.box === 'random') ||
    own.kind === 'sequential' ||
    offer.box === 'sequential'
  ) {
    return [];
  }
  peer.searchedNs = nowNs;
  sink.record('punch.searching', { peer: peer.options.name, side: isOurs ? 'opens' : 'tries' });
  if (!isOurs) {
    return drawPorts(device).map((port, n) => ({
      ...{ atNs: nowNs + n * spacingNs, socket, source: 'searched', ttl: undefined },
      to: { address: observed.address, port },
    }));
  }
  const first = sink.openSockets(openedPorts);
  peer.search = { first, count: openedPorts };
  return Array.from({ length: openedPorts }, (_, n) => ({
    ...{ atNs: nowNs + n * spacingNs, socket: first + n, source: 'searched', ttl: undefined },
    to: observed,
  }));
}

/** No port twice. */
function drawPorts(device: Device): number[] {
  const ports = new Set<number>();
  while (ports.size < triedPorts) {
    ports.add(firstPort + (drawNumber(device) % (65_536 - firstPort)));
  }
  return [...ports];
}
