/** What a device can tell of the box that it is behind, from where two addresses of a relay see it. */
import type { Endpoint } from '../base/address.ts';
import type { BoxKind } from '../wire/punch-message.ts';
import { isSameEndpoint } from './endpoints.ts';

export interface SeenBox {
  readonly kind: BoxKind;
  /** From one external port to the next, of a sequential one. */
  readonly step: number;
  /** The last that was given out, as far as is known. */
  readonly lastPort: number;
}

/** More than that is no sequence, or somebody else's traffic is in it. */
const greatestStep = 8;

export function tellBox(
  own: readonly Endpoint[],
  observed: Endpoint | undefined,
  alternate: Endpoint | undefined,
): SeenBox {
  if (observed === undefined) return { kind: 'unknown', step: 0, lastPort: 0 };
  const lastPort = alternate?.port ?? observed.port;
  if (own.some((endpoint) => isSameEndpoint(endpoint, observed))) {
    return { kind: 'none', step: 0, lastPort };
  }
  if (alternate === undefined) return { kind: 'unknown', step: 0, lastPort };
  const step = alternate.port - observed.port;
  if (step === 0) return { kind: 'independent', step, lastPort };
  const isSequence = step > 0 && step <= greatestStep;
  return isSequence
    ? { kind: 'sequential', step, lastPort }
    : { kind: 'random', step: 0, lastPort };
}

/** Whether each new destination is seen from another port. */
export function isSymmetric({ kind }: Pick<SeenBox, 'kind'>): boolean {
  return kind === 'sequential' || kind === 'random';
}
