/** Four seconds of a run, of which one and a fifth are silent, for the tests of this room. */
import type { SampleStory } from '../../measure/story.ts';

export const story: SampleStory = {
  version: 1,
  t0Ns: 0,
  endNs: 4e9,
  events: [{ name: 'silence', fromNs: 1e9, toNs: 2e9 }],
  flows: [
    {
      flow: 'download',
      from: 'server',
      to: 'phone',
      arrivedBytes: { stepNs: 1e9, values: [1000, 0, 500, 500] },
      gaps: [{ fromNs: 1e9, toNs: 2.2e9 }],
    },
  ],
  ends: ['phone', 'server'],
  links: ['wifi', 'lte'].map((link, at) => ({
    link,
    toward: 'phone',
    deliveredBytes: { stepNs: 1e9, values: at === 0 ? [1000, 0, 0, 0] : [0, 0, 500, 500] },
    underWayFrames: { stepNs: 1e9, values: [3, 0, 1, 1] },
    queuedFrames: { stepNs: 1e9, values: [2, 0, 0, 0] },
    droppedFrames: { stepNs: 1e9, values: [0, 2, 0, 0] },
  })),
  notes: [{ tNs: 1e9, node: 'phone', text: 'wifi down' }],
  exchange: {
    about: 'silence begins',
    momentNs: 1e9,
    lanes: ['phone', 'server'],
    steps: [
      {
        kind: 'message',
        text: 'download 7',
        from: 'server',
        to: 'phone',
        sentNs: 9e8,
        arrivedNs: 9.1e8,
      },
      { kind: 'note', tNs: 1e9, node: 'lab', text: 'silence begins' },
      {
        kind: 'message',
        text: 'download 8',
        from: 'server',
        to: 'phone',
        sentNs: 1.1e9,
        arrivedNs: undefined,
      },
      { kind: 'skipped', text: '12 more, of which 12 did not arrive' },
    ],
  },
  boxes: [
    {
      node: 'phone',
      program: 'probe',
      mapping: 'address-dependent',
      filtering: 'endpoint-independent',
    },
  ],
  lateness: [],
};
