/** RFC 4787 4: which external port a flow gets, in nft. */
import type { NatSettings } from '../schema/nat-settings.ts';
import { chainText, type Sides, setText, timedPackets, withPorts } from './nft-text.ts';

const internalType = 'inet_proto . ipv4_addr . inet_service';

export function mappingSets({ mapping }: NatSettings): string[] {
  const remote = mapping === 'address-dependent' ? ' . ipv4_addr' : '';
  return [
    setText('map', 'owner', 'inet_proto . inet_service : ipv4_addr . inet_service'),
    ...(isSticky(mapping)
      ? [setText('map', 'external', `${internalType}${remote} : ipv4_addr . inet_service`)]
      : []),
  ];
}

/** Later flows of an internal endpoint reuse its mapping. */
function isSticky(mapping: NatSettings['mapping']): boolean {
  return mapping !== 'address-and-port-dependent';
}

export function mappingChains(settings: NatSettings, sides: Sides, isStock: boolean): string[] {
  const leaving = 'nat hook postrouting priority srcnat';
  if (isStock)
    return [chainText('leaving', leaving, [`${leavesBy(sides)} snat to ${sides.address}`])];
  return [
    chainText('arriving', 'nat hook prerouting priority dstnat', [
      `${arrivesFor(settings, sides)} ${withPorts} dnat ip to meta l4proto . th dport map @owner`,
    ]),
    chainText('leaving', leaving, [
      `${leavesBy(sides)} jump choose`,
      ...(settings.hairpin ? [`${turnsBack(sides)} jump choose`] : []),
    ]),
    chainText('choose', undefined, choices(settings, sides)),
  ];
}

function leavesBy({ outside }: Sides): string {
  return `oifname ${outside}`;
}

/** RFC 4787 6: from the inside to an external endpoint, and so to the inside again. */
export function turnsBack({ inside }: Sides): string {
  return `iifname ${inside} oifname ${inside} ct status dnat`;
}

function arrivesFor({ hairpin }: NatSettings, { outside, address }: Sides): string {
  return hairpin ? `ip daddr ${address}` : `iifname ${outside} ip daddr ${address}`;
}

/** The first that fits; nft asks of the first packet of a flow only. */
function choices({ mapping, ports, overload, portRange }: NatSettings, sides: Sides): string[] {
  const { first, last } = portRange;
  const anyPort = `snat to ${sides.address}:${first}-${last} fully-random`;
  const remote = mapping === 'address-dependent' ? ' . ip daddr' : '';
  const known = `meta l4proto . ip saddr . th sport${remote}`;
  const sticky = isSticky(mapping) ? [`${withPorts} snat ip to ${known} map @external`] : [];
  const others = `snat to ${sides.address}`;
  switch (ports) {
    case 'preserve':
      return [
        ...sticky,
        ...(overload ? [] : [`${withPorts} meta l4proto . th sport @owner ${anyPort}`]),
        `${withPorts} th sport != ${first}-${last} ${anyPort}`,
        others,
      ];
    case 'random':
      return [...sticky, `${withPorts} ${anyPort}`, others];
    case 'sequential':
      return [...sticky, `${withPorts} snat to ${sides.address} : ${nextPort(portRange)}`, others];
  }
}

/** After so many flows the box begins again at its first port. */
const mostSequentialPorts = 1_024;

/** A counter alone would give ports with their bytes swapped: it counts in the machine's order. */
function nextPort({ first, last }: NatSettings['portRange']): string {
  const count = Math.min(last - first + 1, mostSequentialPorts);
  const ports = Array.from({ length: count }, (_, index) => `${index} : ${first + index}`);
  return `numgen inc mod ${count} map { ${ports.join(', ')} }`;
}

/** What was chosen is remembered, once the packet shows it; `ct original` is what the inside sent. */
export function rememberMapping({ mapping, timers }: NatSettings): string[] {
  const internal = 'ct original ip saddr . ct original proto-src';
  const remote = mapping === 'address-dependent' ? ' . ct original ip daddr' : '';
  return timedPackets(timers).flatMap(([packets, time]) => [
    `ct direction original ${packets} update @owner { meta l4proto . th sport timeout ${time} : ${internal} }`,
    ...(isSticky(mapping)
      ? [
          `ct direction original ${packets} update @external { meta l4proto . ${internal}${remote} timeout ${time} : ip saddr . th sport }`,
        ]
      : []),
  ]);
}

/** By a packet that came in, which is translated by now; what it was sent to is the mapping's outer end. */
export function refreshMapping({ mapping }: NatSettings, time: string): string[] {
  const internal = 'ip daddr . th dport';
  const remote = mapping === 'address-dependent' ? ' . ip saddr' : '';
  return ['original', 'reply'].flatMap((way) => {
    const port = `ct ${way} proto-dst`;
    const external = `ct ${way} ip daddr . ${port}`;
    return [
      `ct direction ${way} update @owner { meta l4proto . ${port} timeout ${time} : ${internal} }`,
      ...(isSticky(mapping)
        ? [
            `ct direction ${way} update @external { meta l4proto . ${internal}${remote} timeout ${time} : ${external} }`,
          ]
        : []),
    ];
  });
}
