/** The subscriber of a real lab: a stock supplicant, its kernel's IGMP and MLD, and a raw socket that counts. */
import { readSubscriberSettings } from '../../programs/access-settings.ts';
import { Subscriber } from '../../programs/subscriber.ts';
import { KernelEdge } from './kernel-edge.ts';
import type { PrepareProgram } from './prepared-program.ts';
import { awaitLink, openStation } from './station.ts';

/** What comes is counted as soon as its link is up, which is before there is a bridge at the other end. */
export const prepareSubscriber: PrepareProgram = async (host, given) => {
  const settings = readSubscriberSettings(given);
  const link = await awaitLink(host);
  const station = openStation(link, settings.mac);
  const subscriber = new Subscriber(
    host,
    settings,
    (events) => new KernelEdge(host, link, station, events),
  );
  return () => {
    subscriber.begin();
    return { stop: () => subscriber.stop() };
  };
};
