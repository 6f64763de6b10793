/** No control at all: a window that never moves. For tests, and for a path that is known by heart. */
import type { CongestionState, Controller } from './controller.ts';

const segments = 64;

export const fixedWindow: Controller = {
  usesRateReduction: false,
  create: (_nowNs, { mssBytes }): CongestionState => ({
    kind: 'fixed-window',
    cwndBytes: segments * mssBytes,
    ssthreshBytes: Number.POSITIVE_INFINITY,
    pacingRateBps: Number.POSITIVE_INFINITY,
    mssBytes,
  }),
  onSent() {},
  onAck() {},
  onCongestion() {},
  onRecovered() {},
  onTimeout() {},
  onSpurious() {},
  onIdle() {},
  onMss(state, mssBytes) {
    state.mssBytes = mssBytes;
    state.cwndBytes = segments * mssBytes;
  },
};
