import test from 'ava';
import { type Netem, setQdisc } from './traffic-control.ts';

const plain: Netem = {
  kind: 'netem',
  delayNs: 10_000_000,
  jitterNs: 0,
  loss: { model: 'none' },
  duplicateRatio: 0,
  corruptRatio: 0,
  keepsOrder: false,
  limitFrames: 1_000,
};
const gilbert = {
  model: 'gilbert-elliott',
  goodToBadRatio: 0.01,
  badToGoodRatio: 0.2,
  lossInGoodRatio: 0.001,
  lossInBadRatio: 0.9,
} as const;

/**
 * What tc(8) of iproute2 6.1 sends to the kernel, as strace shows it, from TCA_OPTIONS on: there delay and jitter
 * are in ticks of 64 ns, here in nanoseconds in attributes 10 and 11, and a nested attribute has its flag.
 */
const cases: readonly (readonly [words: string, netem: Netem, told: string])[] = [
  [
    'delay 10ms loss 1% duplicate 0.5% corrupt 0.1%',
    {
      ...plain,
      loss: { model: 'independent', ratio: 0.01 },
      duplicateRatio: 0.005,
      corruptRatio: 0.001,
    },
    'e8030000295c8f020000000014ae4701 0c0004003789410000000000',
  ],
  [
    'delay 10ms 2ms rate 1000gbit',
    { ...plain, jitterNs: 2_000_000, keepsOrder: true },
    'e8030000000000000000000000000000 14000600ffffffff000000000000000000000000 0c00080000a2941a1d000000',
  ],
  [
    'delay 10ms loss gemodel 1% 20% 90% 0.1%',
    { ...plain, loss: gilbert },
    'e8030000000000000000000000000000 14000200295c8f02333333339999991937894100',
  ],
];

for (const [words, discipline, told] of cases) {
  test(`netem is told as tc tells it: ${words}`, (t) => {
    const { message } = setQdisc(2, { parent: 'root', handle: '1:', discipline });
    const hex = Buffer.from(message).toString('hex');
    for (const part of told.split(' ')) t.true(hex.includes(part), `${part} in ${hex}`);
    t.true(hex.includes('0c000a008096980000000000'), 'the delay, exact');
  });
}
