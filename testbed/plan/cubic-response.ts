/** What a long CUBIC flow gets where single frames are lost: the response functions of RFC 9438. */
import { never, nsPerSecond } from '../../src/base/time.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';

/** TCP's and IPv4's headers, and time stamps. */
const headerBytes = 40 + 12;
/** RFC 9438 5.1: the fourth root of C (3 + beta) / (4 (1 - beta)), with C = 0.4 and beta = 0.7. */
const cubicFactor = 1.053_842_8;
/** RFC 9438 4.3: the average window of the Reno-friendly region is Reno's: the root of 3 / 2. */
const renoFactor = 1.224_744_9;

/** Payload bits a second; where no frame is lost, Infinity. */
export function cubicResponseBps(lossRatio: number, rttNs: number, mtuBytes: number): number {
  if (lossRatio === 0) return never;
  const rttSeconds = rttNs / nsPerSecond;
  const windowSegments = Math.max(
    renoFactor / Math.sqrt(lossRatio),
    (cubicFactor * threeQuarters(rttSeconds)) / threeQuarters(lossRatio),
  );
  return (windowSegments * (mtuBytes - headerBytes) * 8) / rttSeconds;
}

/** To the power of 0.75: roots alone are exact everywhere. */
function threeQuarters(value: number): number {
  const root = Math.sqrt(value);
  return root * Math.sqrt(root);
}

/** Undefined where losses are not single ones: the functions know of no bursts. */
export function singleLossRatio({ loss }: DirectionSettings): number | undefined {
  if (loss.model === 'none') return 0;
  return loss.model === 'independent' ? loss.ratio : undefined;
}
