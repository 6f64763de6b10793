/**
 * CUBIC's curve (RFC 9438 4.2): the window as a function of the time since congestion avoidance began, in
 * segments and milliseconds.
 */
import { nsPerMs, nsPerSecond } from '../../base/time.ts';
import { wholeCubeRoot } from './cube-root.ts';

/** RFC 9438 5: C, in segments a second cubed. */
const steepness = 0.4;
/** RFC 9438 4.6: what is left of the window after a loss. */
export const cubicBeta = 0.7;
/** RFC 9438 4.3: segments a round, so that a flow that halves less grows as Reno does on average. */
const renoGrowth = (3 * (1 - cubicBeta)) / (1 + cubicBeta);

export interface CubicEpoch {
  /** `never` while no congestion avoidance runs. */
  startedAtNs: number;
  /** K: when the curve comes back to `plateauSegments`. */
  plateauNs: number;
  /** W_max. */
  plateauSegments: number;
  /** W_est: what Reno would have by now. */
  renoSegments: number;
  /** cwnd_prior: above it Reno's share grows by a segment a round. */
  priorSegments: number;
}

/** RFC 9438 4.2 equation 2: congestion avoidance begins with this window. After a time-out K is 0 (4.8). */
export function beginEpoch(
  epoch: CubicEpoch,
  nowNs: number,
  windowSegments: number,
  isAfterTimeout: boolean,
): void {
  epoch.startedAtNs = nowNs;
  epoch.renoSegments = windowSegments;
  if (isAfterTimeout || epoch.plateauSegments <= windowSegments) {
    epoch.plateauSegments = windowSegments;
    epoch.plateauNs = 0;
    return;
  }
  const cubedMs = ((epoch.plateauSegments - windowSegments) / steepness) * 1e9;
  epoch.plateauNs = wholeCubeRoot(Math.floor(cubedMs)) * nsPerMs;
}

/** RFC 9438 4.2 equation 1: W_cubic. */
export function curveSegments(epoch: Readonly<CubicEpoch>, atNs: number): number {
  const seconds = (atNs - epoch.startedAtNs - epoch.plateauNs) / nsPerSecond;
  return steepness * seconds * seconds * seconds + epoch.plateauSegments;
}

/** RFC 9438 4.3 to 4.5: the window after an ACK of `ackedSegments`. */
export function growOnCurve(
  epoch: CubicEpoch,
  nowNs: number,
  ack: { readonly ackedSegments: number; readonly srttNs: number },
  windowSegments: number,
): number {
  const growth = epoch.renoSegments >= epoch.priorSegments ? 1 : renoGrowth;
  epoch.renoSegments += (growth * ack.ackedSegments) / windowSegments;
  if (curveSegments(epoch, nowNs) < epoch.renoSegments) {
    return Math.max(windowSegments, epoch.renoSegments);
  }
  const aheadSegments = curveSegments(epoch, nowNs + ack.srttNs);
  const target = Math.max(windowSegments, Math.min(aheadSegments, 1.5 * windowSegments));
  return windowSegments + ((target - windowSegments) * ack.ackedSegments) / windowSegments;
}

/** RFC 9438 4.7: fast convergence: a flow that lost before it was back at its plateau leaves room. */
export function lowerPlateau(epoch: CubicEpoch, windowSegments: number): void {
  epoch.priorSegments = windowSegments;
  const gaveWay = windowSegments < epoch.plateauSegments;
  epoch.plateauSegments = gaveWay ? (windowSegments * (1 + cubicBeta)) / 2 : windowSegments;
}
