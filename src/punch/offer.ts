/** What a device tells a peer of where it may be reached. */
import { type Candidate, mostCandidates, type Offer } from '../wire/punch-message.ts';
import type { Device } from './device-state.ts';
import { isForbidden } from './endpoints.ts';
import { ownBox } from './own-box.ts';
import { relayOf } from './sending.ts';

export function makeOffer(device: Device): Offer {
  const { observed } = relayOf(device);
  const { kind, step, lastPort } = ownBox(device);
  const mapped = device.mapping?.external;
  const candidates: Candidate[] = device.own
    .filter((endpoint) => !isForbidden(endpoint))
    .map((endpoint) => ({ source: 'host', endpoint }));
  if (observed !== undefined) candidates.push({ source: 'observed', endpoint: observed });
  if (mapped !== undefined) candidates.push({ source: 'mapped', endpoint: mapped });
  return {
    kind: 'offer',
    ...{ box: kind, step, lastPort, search: device.options.search },
    candidates: candidates.slice(0, mostCandidates),
  };
}
