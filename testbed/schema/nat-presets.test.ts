import test from 'ava';
import { type NatPreset, natPresets, resolveNat } from './nat-presets.ts';

const presets: [string, NatPreset][] = Object.entries(natPresets);

test('the names of RFC 3489 are the pairs of behaviours that RFC 4787 gives for them', (t) => {
  const pairs = presets.map(([name, { mapping, filtering }]) => [name, `${mapping} ${filtering}`]);
  const endpoint = 'endpoint-independent';
  const both = 'address-and-port-dependent';
  t.like(Object.fromEntries(pairs), {
    'full-cone': `${endpoint} ${endpoint}`,
    'address-restricted': `${endpoint} address-dependent`,
    'port-restricted': `${endpoint} ${both}`,
    symmetric: `${both} ${both}`,
  });
});

test('every preset says where it is from, in sentences', (t) => {
  for (const [name, { source }] of presets) t.regex(source, /^\S.{20,}\.$/, name);
});

test('only boxes that were seen to do so overload ports', (t) => {
  for (const [name, { overload, source }] of presets) {
    if (overload) t.regex(source, /[Mm]easured on Linux/, name);
  }
});

test('what follows the RFCs keeps their least timers', (t) => {
  for (const [name, { source, timers }] of presets) {
    if (!source.startsWith('RFC')) continue;
    t.true(timers.udpNs >= 120e9, `${name}: RFC 4787 REQ-5`);
    t.true(timers.tcpEstablishedNs >= 7_440e9, `${name}: RFC 5382 REQ-5`);
    t.true(timers.tcpTransitoryNs >= 240e9, `${name}: RFC 5382 REQ-5`);
    t.true(timers.icmpNs >= 60e9, `${name}: RFC 5508 REQ-2`);
  }
});

test('without a name the box is a home router', (t) => {
  const { source: _, ...settings } = natPresets['home-router'];
  t.deepEqual(resolveNat(), settings);
});

test('an override replaces what it names and nothing beside it', (t) => {
  const changed = resolveNat('cgnat', { hairpin: false, timers: { udpNs: 5e9 } });
  const { source: _, ...cgnat } = natPresets.cgnat;
  t.deepEqual(changed, { ...cgnat, hairpin: false, timers: { ...cgnat.timers, udpNs: 5e9 } });
});
