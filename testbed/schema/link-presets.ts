/**
 * Links by name, in the words of the YAML. `down` leads to the first end of `between:`, where the user
 * is, and `up` away from it. They are starting points: a study states figures of its own.
 */
export const linkPresetNames = [
  'wifi-good',
  'wifi-bad',
  'lte',
  '5g',
  'dsl',
  'satellite-leo',
  'satellite-geo',
] as const;
export type LinkPresetName = (typeof linkPresetNames)[number];

export interface LinkPreset {
  /** Where the figures come from, and which of them are a rounded choice. */
  readonly source: string;
  readonly down: PresetDirection;
  readonly up: PresetDirection;
}

/** A `type`, so that it is assignable to a record of unknown fields. */
export type PresetDirection = {
  readonly rate: string;
  readonly delay: string;
  readonly jitter: string;
  readonly loss: string | PresetBursts;
  readonly queue: string;
};

type PresetBursts = {
  readonly model: 'gilbert-elliott';
  readonly 'good-to-bad': string;
  readonly 'bad-to-good': string;
};

/** The part enter / (enter + leave) of all frames is lost, in bursts of 1 / leave frames. */
function bursts(enter: string, leave: string): PresetBursts {
  return { model: 'gilbert-elliott', 'good-to-bad': enter, 'bad-to-good': leave };
}

const wifiGood = {
  rate: '200 Mbit/s',
  delay: '2 ms',
  jitter: '1 ms',
  loss: '0.01 %',
  queue: '256 packets',
};

const wifiBad = {
  rate: '10 Mbit/s',
  delay: '20 ms',
  jitter: '15 ms',
  loss: bursts('0.4 %', '20 %'),
  queue: '256 packets',
};

const lte = { delay: '35 ms', jitter: '8 ms', loss: '0.1 %', queue: '250 packets' };

const fifthGeneration = { delay: '13 ms', jitter: '4 ms', loss: '0.05 %', queue: '500 packets' };

const dsl = { delay: '10 ms', jitter: '0.5 ms', loss: '0 %' };

const lowOrbit = {
  delay: '22 ms',
  jitter: '8 ms',
  loss: bursts('0.1 %', '20 %'),
  queue: '500 packets',
};

const highOrbit = { delay: '300 ms', jitter: '10 ms', loss: '0.1 %', queue: '1 bdp' };

export const linkPresets: Readonly<Record<LinkPresetName, LinkPreset>> = {
  'wifi-good': {
    source:
      'A station near its access point. Delay: well below the 90th percentile of about 20 ms that Sui et al. (MobiSys 2016) found for Wi-Fi hops; rate, loss and queue are rounded choices.',
    down: wifiGood,
    up: wifiGood,
  },
  'wifi-bad': {
    source:
      'A station far away or a busy channel. Delay: Pei et al. (2016) found more than half of the packets on a campus beyond 20 ms on the Wi-Fi hop; rate, and 2 % of loss in bursts of 5 frames, are rounded choices.',
    down: wifiBad,
    up: wifiBad,
  },
  lte: {
    source:
      "Round trip of 70 ms as in WebPageTest's LTE profile; rates as in the LTE profile of Apple's Network Link Conditioner; jitter, loss and queue are rounded choices.",
    down: { rate: '50 Mbit/s', ...lte },
    up: { rate: '10 Mbit/s', ...lte },
  },
  '5g': {
    source:
      "Rates: Ookla's global medians of Q3 2021 (166 down, 21 up), rounded. Delay: half of the 23 to 29 ms that Opensignal reported for Germany's networks in 2025; jitter, loss and queue are rounded choices.",
    down: { rate: '165 Mbit/s', ...fifthGeneration },
    up: { rate: '20 Mbit/s', ...fifthGeneration },
  },
  dsl: {
    source:
      "A VDSL2 line sold as 50 down and 10 up. Delay: between a vectored line's round trip of about 4 ms to the first hop and an interleaved one's of about 24 ms, as users of Deutsche Telekom's lines report; queues are rounded choices.",
    down: { rate: '50 Mbit/s', ...dsl, queue: '256 packets' },
    up: { rate: '10 Mbit/s', ...dsl, queue: '100 packets' },
  },
  'satellite-leo': {
    source:
      'Starlink as Michel et al. measured it (A First Look at Starlink Performance, IMC 2022): round trips from 20 ms, 40 to 60 ms in the middle half; rates near its speed-test medians, rounded; 0.5 % of loss in bursts of 5 frames and the queue are rounded choices.',
    down: { rate: '180 Mbit/s', ...lowOrbit },
    up: { rate: '17 Mbit/s', ...lowOrbit },
  },
  'satellite-geo': {
    source:
      'Up to 35 786 km and down again takes 239 ms at the speed of light; Michel et al. (IMC 2022) quote a minimal round trip of about 600 ms for such a service, sold as 100 down and 10 up; jitter and loss are rounded choices.',
    down: { rate: '100 Mbit/s', ...highOrbit },
    up: { rate: '10 Mbit/s', ...highOrbit },
  },
};

/** A preset's fields for the direction that leads to the first end of `between:`, or to the second. */
export function presetDirection(name: LinkPresetName, towardFirst: boolean): PresetDirection {
  const preset = linkPresets[name];
  return towardFirst ? preset.down : preset.up;
}
