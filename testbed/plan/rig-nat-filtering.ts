/** RFC 4787 5: who may send in, in nft. Judged behind the translation, when both ends are known. */
import type { NatBehaviour, NatSettings } from '../schema/nat-settings.ts';
import { chainText, type Sides, setText, timedPackets, withPorts } from './nft-text.ts';
import { refreshMapping, rememberMapping, turnsBack } from './rig-nat-mapping.ts';

/** An internal endpoint, and as much of the remote one as the filter looks at. */
export function filteringSets({ filtering }: NatSettings): string[] {
  const kept = keptOf(filtering, ['ipv4_addr', 'inet_service']);
  return [setText('set', 'allowed', `inet_proto . ipv4_addr . inet_service${kept}`)];
}

function keptOf(filtering: NatBehaviour, remote: readonly [address: string, port: string]): string {
  switch (filtering) {
    case 'endpoint-independent':
      return '';
    case 'address-dependent':
      return ` . ${remote[0]}`;
    case 'address-and-port-dependent':
      return ` . ${remote[0]} . ${remote[1]}`;
  }
}

export function filteringChains(settings: NatSettings, sides: Sides, isStock: boolean): string[] {
  const { inside, outside, address } = sides;
  const passing = chainText('passing', 'filter hook forward priority filter', [
    `iifname ${outside} ct state established,related accept`,
    `iifname ${outside} ct status dnat accept`,
    `iifname ${outside} drop`,
  ]);
  const strangers = settings.openInput ? [] : [`iifname ${outside} ct state new drop`];
  const toItself = `iifname ${inside} ip daddr ${address} ${withPorts} drop`;
  const input = chainText('input', 'filter hook input priority filter', [...strangers, toItself]);
  if (isStock) return [passing, input];
  const { hairpin } = settings;
  return [
    passing,
    input,
    chainText('outward', undefined, outwardRules(settings)),
    chainText('inward', undefined, inwardRules(settings)),
    chainText('after', 'filter hook postrouting priority srcnat + 50', [
      `iifname ${inside} oifname ${outside} jump outward`,
      ...(hairpin ? [`${turnsBack(sides)} jump outward`] : []),
      ...(hairpin ? [`${turnsBack(sides)} jump inward`] : []),
      `iifname ${outside} oifname ${inside} jump inward`,
    ]),
  ];
}

/** The inside speaks: in a flow that it began, or in answer. */
function outwardRules(settings: NatSettings): string[] {
  return [
    ...rememberMapping(settings),
    ...['original', 'reply'].flatMap((way) => allow(settings, way)),
  ];
}

function allow({ filtering, timers }: NatSettings, way: string): string[] {
  const kept = keptOf(filtering, [`ct ${way} ip daddr`, `ct ${way} proto-dst`]);
  const key = `meta l4proto . ct ${way} ip saddr . ct ${way} proto-src${kept}`;
  return timedPackets(timers).map(
    ([packets, time]) =>
      `ct direction ${way} ${packets} update @allowed { ${key} timeout ${time} }`,
  );
}

function inwardRules(settings: NatSettings): string[] {
  const { filtering, refreshInbound, timers } = settings;
  const kept = keptOf(filtering, ['ip saddr', 'th sport']);
  const key = `meta l4proto . ip daddr . th dport${kept}`;
  const refreshing = timedPackets(timers).flatMap(([packets, time]) => [
    `${packets} ${key} @allowed update @allowed { ${key} timeout ${time} }`,
    ...refreshMapping(settings, time).map((rule) => `${packets} ${key} @allowed ${rule}`),
  ]);
  return [
    ...(refreshInbound ? refreshing : []),
    `${withPorts} ${key} @allowed accept`,
    `${withPorts} drop`,
  ];
}
