/** What a device tells a peer of where it may be reached. */
import { type Candidate, mostCandidates, type Offer } from '../wire/punch-message.ts';
import { tellBox } from './box-kind.ts';
import type { Device } from './device-state.ts';
import { isForbidden } from './endpoints.ts';
import { relayOf } from './sending.ts';

export function makeOffer(device: Device): Offer {
  const { observed, observedAlternate } = relayOf(device);
  const { kind, step, lastPort } = tellBox(device.own, observed, observedAlternate);
  const candidates: Candidate[] = device.own
    .filter((endpoint) => !isForbidden(endpoint))
    .map((endpoint) => ({ source: 'host', endpoint }));
  if (observed !== undefined) candidates.push({ source: 'observed', endpoint: observed });
  return {
    kind: 'offer',
    ...{ box: kind, step, lastPort, search: device.options.search },
    candidates: candidates.slice(0, mostCandidates),
  };
}
