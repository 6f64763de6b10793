/**
 * Looks for the port of a box that draws one for each destination, by trying: the one behind it opens
 * many ports, the other tries many of them. It needs both sides' consent, goes only to the address that
 * the relay sees for the peer, and is bounded: 1 200 probes of 40 bytes at most, once a minute.
 */
import type { Endpoint } from '../base/address.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { isSymmetric } from './box-kind.ts';
import { drawNumber } from './chance.ts';
import type { Device, DeviceSink, Peer, ProbeStep } from './device-state.ts';
import { openerTtl, type WaveFacts } from './probe-plan.ts';

/**
 * Of 64 512 ports. Each try misses all that are open with 1 − 320 / 64 512; the first 160 meet half of them on
 * average: 1 180 tries find none of them once in 240 searches.
 */
const openedPorts = 320;
const triedPorts = 1_180;
const firstPort = 1_024;
const pauseNs = 60 * nsPerSecond;
/** A thousand a second. */
const spacingNs = nsPerMs;
/** All are open before a seventh of the tries is made. */
const openingSpacingNs = nsPerMs / 2;

/** Whether a search makes sense and is allowed: one side draws its ports, and only one. */
export function maySearch(
  device: Device,
  peer: Peer,
  { nowNs, own, observed, offer }: WaveFacts,
): boolean {
  if (!device.options.search || offer?.search !== true || observed === undefined) return false;
  if (nowNs - peer.searchedNs < pauseNs) return false;
  const kinds = [own.kind, offer.box];
  return kinds.includes('random') && !(isSymmetric(own) && isSymmetric({ kind: offer.box }));
}

export function planSearch(
  device: Device,
  peer: Peer,
  { nowNs, own, observed, socketFor }: WaveFacts,
  sink: DeviceSink,
): ProbeStep[] {
  const socket = observed && socketFor(observed);
  if (observed === undefined || socket === undefined) return [];
  peer.searchedNs = nowNs;
  const isOurs = own.kind === 'random';
  sink.record('punch.searching', { peer: peer.options.name, side: isOurs ? 'opens' : 'tries' });
  if (!isOurs) {
    return drawPorts(device).map((port, n) => ({
      ...{ atNs: nowNs + n * spacingNs, socket, source: 'searched', ttl: undefined },
      to: { address: observed.address, port },
    }));
  }
  const first = sink.openSockets(openedPorts);
  peer.search = { first, count: openedPorts };
  return openPorts(nowNs, first, observed);
}

/** First so that nothing reaches the other's box before its own tries left it; then once for good. */
function openPorts(nowNs: number, first: number, to: Endpoint): ProbeStep[] {
  return [openerTtl, undefined].flatMap((ttl, round) =>
    Array.from({ length: openedPorts }, (_, n): ProbeStep => {
      const atNs = nowNs + round * triedPorts * spacingNs + n * openingSpacingNs;
      return { atNs, socket: first + n, source: 'searched', ttl, to };
    }),
  );
}

/** No port twice. */
function drawPorts(device: Device): number[] {
  const ports = new Set<number>();
  while (ports.size < triedPorts) {
    ports.add(firstPort + (drawNumber(device) % (65_536 - firstPort)));
  }
  return [...ports];
}
