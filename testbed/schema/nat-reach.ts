/** What theory says of two boxes: whether a direct path can open between what is behind them, and how soon. */
import type { NatSettings } from './nat-settings.ts';

/**
 * `pushed`: both are reached where the relay sees them. `exchanged`: one must hear from the other first
 * what box it is behind. `predicted`: a box counts its ports. `searched`: its ports are drawn, and have
 * to be tried. `relay`: nobody's first packet can be let in.
 */
export type Reach = 'pushed' | 'exchanged' | 'predicted' | 'searched' | 'relay';

export function reachOf(one: NatSettings, other: NatSettings): Reach {
  const both = [one, other];
  if (both.every(isFixed)) return 'pushed';
  if (isEntered(one, other) || isEntered(other, one)) {
    return both.some(isCounted) ? 'predicted' : 'exchanged';
  }
  return both.filter(isFixed).length === 1 ? 'searched' : 'relay';
}

function isFixed({ mapping }: NatSettings): boolean {
  return mapping === 'endpoint-independent';
}

function isCounted(box: NatSettings): boolean {
  return !isFixed(box) && box.ports === 'sequential';
}

/** Its port towards a new destination can be told beforehand. */
function isKnown(box: NatSettings): boolean {
  return isFixed(box) || isCounted(box);
}

/** Somebody's first packet must come to a port that is known and be let in; the flow that it opens goes both ways. */
function isEntered(box: NatSettings, other: NatSettings): boolean {
  switch (box.filtering) {
    case 'endpoint-independent':
      return true;
    case 'address-dependent':
      return isKnown(box);
    case 'address-and-port-dependent':
      return isKnown(box) && isKnown(other);
  }
}
