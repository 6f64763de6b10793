/** The box that a device is behind, as far as it knows. */
import { type SeenBox, tellBox } from './box-kind.ts';
import type { Device } from './device-state.ts';
import { relayOf } from './sending.ts';

export function ownBox(device: Device): SeenBox {
  const { observed, observedAlternate } = relayOf(device);
  const seen = tellBox(device.own, observed, observedAlternate);
  const mapped = device.mapping?.external;
  if (mapped === undefined || seen.kind === 'none') return seen;
  // RFC 6887 11.3: whatever the destination, packets leave by the port that was asked for.
  return { kind: 'independent', step: 0, lastPort: mapped.port };
}
