/** NAT boxes by name: each a complete set of behaviours, with the sentence that says where it is from. */
import { nsPerSecond } from '../../src/base/time.ts';
import type { NatSettings, NatTimers } from './nat-settings.ts';

export interface NatPreset extends NatSettings {
  readonly source: string;
}

/** What a topology may say of its own on top of a preset. */
export type NatOverrides = Partial<Omit<NatSettings, 'timers'>> & {
  readonly timers?: Partial<NatTimers>;
};

/** RFC 4787 REQ-5c, RFC 5382 REQ-5, RFC 5508 REQ-2: the values recommended, or the least allowed. */
const rfcTimers: NatTimers = {
  udpNs: 300 * nsPerSecond,
  tcpTransitoryNs: 240 * nsPerSecond,
  tcpEstablishedNs: 7_440 * nsPerSecond,
  icmpNs: 60 * nsPerSecond,
};

/**
 * Linux nf_conntrack: UDP streams (30 s until the first answer is left out), TCP's SYN_SENT and
 * TIME_WAIT, ESTABLISHED, ICMP.
 */
const conntrackTimers: NatTimers = {
  udpNs: 120 * nsPerSecond,
  tcpTransitoryNs: 120 * nsPerSecond,
  tcpEstablishedNs: 432_000 * nsPerSecond,
  icmpNs: 30 * nsPerSecond,
};

const anyUserPort = { first: 1_024, last: 65_535 };

const homeRouter: NatPreset = {
  mapping: 'endpoint-independent',
  filtering: 'address-and-port-dependent',
  ports: 'preserve',
  overload: true,
  hairpin: false,
  openInput: false,
  portRange: anyUserPort,
  timers: conntrackTimers,
  refreshInbound: true,
  ipv6: 'firewalled',
  source:
    'Measured on Linux 6.18: nft masquerade with new connections from the outer side dropped, which is what home routers run; two hosts with the same port share it towards different peers.',
};

const fullCone: NatPreset = {
  mapping: 'endpoint-independent',
  filtering: 'endpoint-independent',
  ports: 'preserve',
  overload: false,
  hairpin: true,
  openInput: false,
  portRange: anyUserPort,
  timers: rfcTimers,
  refreshInbound: false,
  ipv6: 'firewalled',
  source: 'RFC 3489 5 "full cone"; RFC 4787 REQ-8 where transparency matters most.',
};

const symmetric: NatPreset = {
  ...fullCone,
  mapping: 'address-and-port-dependent',
  filtering: 'address-and-port-dependent',
  ports: 'random',
  hairpin: false,
  source:
    'RFC 3489 5 "symmetric"; measured on Linux 6.18 with nft masquerade fully-random: another random port for each destination.',
};

export const natPresets = {
  'home-router': homeRouter,
  'hairpin-router': {
    ...homeRouter,
    hairpin: true,
    source:
      'home-router with hairpinning that shows the external source (RFC 4787 REQ-9a); such a rule was measured on Linux 6.18, beside a full-cone map.',
  },
  'linux-open-input': {
    ...homeRouter,
    openInput: true,
    ipv6: 'open',
    source:
      'Measured on Linux 6.18: nft masquerade with an INPUT chain that accepts strangers, as on container hosts and cloud machines; a packet that comes before the first outbound one spoils the mapping.',
  },
  'full-cone': fullCone,
  'address-restricted': {
    ...fullCone,
    filtering: 'address-dependent',
    source: 'RFC 3489 5 "restricted cone"; RFC 4787 REQ-8 where a stricter filter matters most.',
  },
  'port-restricted': {
    ...fullCone,
    filtering: 'address-and-port-dependent',
    source: 'RFC 3489 5 "port restricted cone"; RFC 4787 5 address and port-dependent filtering.',
  },
  symmetric,
  'symmetric-sequential': {
    ...symmetric,
    ports: 'sequential',
    source:
      'RFC 3489 5 "symmetric" with the next port for each destination: the kind whose ports can be predicted. No box was measured for it.',
  },
  cgnat: {
    ...fullCone,
    ports: 'random',
    source:
      "RFC 6888 3, the carrier's box as recommended: REQ-1 the behaviours of RFC 4787, REQ-7 endpoint-independent filtering. Put it behind a home router's outside for two boxes in a row.",
  },
} as const satisfies Record<string, NatPreset>;

export type NatPresetName = keyof typeof natPresets;

const defaultNatPreset: NatPresetName = 'home-router';

/** The preset's behaviours with what the topology says of its own in their place. */
export function resolveNat(
  name: NatPresetName = defaultNatPreset,
  overrides: NatOverrides = {},
): NatSettings {
  const { source: _, ...settings }: NatPreset = natPresets[name];
  return { ...settings, ...overrides, timers: { ...settings.timers, ...overrides.timers } };
}
