/**
 * What the drawing itself asks of a way: no packet is on it for less, whatever is sent. The least of each setting
 * counts that the links have before, during or after the events of the run.
 */
import { never } from '../../src/base/time.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import type { EventModel } from '../schema/model.ts';
import { transmissionNs } from './link-figures.ts';
import type { NetworkIndex } from './network-index.ts';
import type { Plan } from './plan.ts';
import type { LinkHop } from './walk.ts';

/** `payloadBytes`: of a datagram that fills a frame of its own; undefined: nobody knows how long its frames are. */
export function leastWayNs(
  index: NetworkIndex,
  { events }: Pick<Plan, 'events'>,
  hops: readonly LinkHop[],
  payloadBytes: number | undefined,
): number {
  return hops.reduce((sum, hop) => sum + leastHopNs(index, events, hop, payloadBytes), 0);
}

/** The way may be another for a while, or clocks may run at another speed. */
export function mayLeaveWay({ events }: Pick<Plan, 'events'>, via: string | undefined): boolean {
  return events.some(({ change }) => {
    switch (change.kind) {
      case 'link-set':
      case 'nat-reboot':
        return false;
      case 'link-down':
      case 'link-up':
        return change.link !== via;
      case 'node-crash':
      case 'node-restart':
      case 'clock-skew':
        return true;
      default:
        return change satisfies never;
    }
  });
}

function leastHopNs(
  index: NetworkIndex,
  events: readonly EventModel[],
  { link, toward }: LinkHop,
  payloadBytes: number | undefined,
): number {
  const { ends, engine } = index.links.get(link)!;
  const drawn = ends.find(({ node }) => node === toward)!.arriving;
  const all = [drawn, ...events.map((event) => changedBy(event, link, toward, drawn))];
  const jitterNs = Math.max(...all.map((one) => one.jitterNs));
  const delayNs = Math.max(0, Math.min(...all.map(leastDelayNs)) - jitterNs);
  // The kernel's shapers let what they saved up pass at once.
  if (payloadBytes === undefined || engine !== 'model') return delayNs;
  return delayNs + Math.min(...all.map((one) => leastTransmissionNs(one, payloadBytes)));
}

function changedBy(
  { change }: EventModel,
  link: string,
  toward: string,
  drawn: DirectionSettings,
): DirectionSettings {
  if (change.kind !== 'link-set' || change.link !== link) return drawn;
  return { ...drawn, ...change.toward[toward] };
}

function leastDelayNs({ delayNs, trace }: DirectionSettings): number {
  if (trace?.kind !== 'steps') return delayNs;
  return Math.min(delayNs, ...trace.steps.map((step) => step.delayNs ?? delayNs));
}

/** A frame leaves at an opportunity of a trace in no time. */
function leastTransmissionNs(settings: DirectionSettings, payloadBytes: number): number {
  if (settings.trace !== undefined || settings.rateBps === never) return 0;
  return transmissionNs(settings, payloadBytes);
}
