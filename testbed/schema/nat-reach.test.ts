import test from 'ava';
import { type NatPresetName, resolveNat } from './nat-presets.ts';
import { type Reach, reachOf } from './nat-reach.ts';

/** The table of Ford, Srisuresh and Kegel (2005) with the kinds of RFC 3489, and what counting adds to it. */
const rows: readonly [NatPresetName, Partial<Record<NatPresetName, Reach>>][] = [
  [
    'full-cone',
    { 'full-cone': 'pushed', symmetric: 'exchanged', 'symmetric-sequential': 'predicted' },
  ],
  ['address-restricted', { 'port-restricted': 'pushed', symmetric: 'exchanged' }],
  [
    'port-restricted',
    { 'port-restricted': 'pushed', symmetric: 'searched', 'symmetric-sequential': 'predicted' },
  ],
  ['symmetric', { symmetric: 'relay', 'symmetric-sequential': 'relay', cgnat: 'exchanged' }],
  ['symmetric-sequential', { 'symmetric-sequential': 'predicted' }],
];

test('what theory says of two boxes, whichever of them is named first', (t) => {
  for (const [left, others] of rows) {
    for (const [right, reach] of Object.entries(others)) {
      const [one, other] = [resolveNat(left), resolveNat(right as NatPresetName)];
      t.is(reachOf(one, other), reach, `${left} ${right}`);
      t.is(reachOf(other, one), reach, `${right} ${left}`);
    }
  }
});
