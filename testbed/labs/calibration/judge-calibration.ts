/** What was seen, held against what was asked for. */
import { formatDuration, formatRate } from '../../../src/base/units.ts';
import type { NatSettings } from '../../schema/nat-settings.ts';
import type { CalibratedSetting } from '../../schema/result.ts';
import { describeLink, type LinkSetting } from './link-setting.ts';

export type CalibrationRow = CalibratedSetting;

/** What probes and a burst showed; undefined: they did not arrive, or none were sent. */
export interface LinkSeen {
  /** Sorted, each less what its own transmission took: the delay alone. */
  readonly delaysNs: readonly number[];
  readonly rateBps: number | undefined;
  readonly isRateMeasured: boolean;
}

const leastToleranceNs = 500_000;
const toleranceRatio = 0.02;
/** A median of so few draws of an even spread is off by less than this part of it. */
const jitterShare = 0.6;

export function judgeLink(setting: LinkSetting, seen: LinkSeen): CalibrationRow[] {
  const rate = Number.isFinite(setting.rateBps) ? [judgeRate(setting, seen)] : [];
  return [judgeDelay(setting, seen), ...rate];
}

function judgeDelay(setting: LinkSetting, { delaysNs }: LinkSeen): CalibrationRow {
  const { delayNs, jitterNs } = setting;
  const toleranceNs = Math.max(leastToleranceNs, delayNs * toleranceRatio) + jitterNs * jitterShare;
  const median = delaysNs[delaysNs.length >> 1];
  const worst = delaysNs.at(-1);
  const isWithin = median !== undefined && Math.abs(median - delayNs) <= toleranceNs;
  return {
    setting: describeLink(setting),
    what: 'delay',
    asked: formatDuration(delayNs),
    seen:
      median === undefined
        ? 'no probe arrived'
        : `${formatDuration(median, 4)}, worst ${formatDuration(worst!, 4)}`,
    within: `± ${formatDuration(toleranceNs, 3)}`,
    standing: isWithin ? 'within' : 'off',
  };
}

function judgeRate(setting: LinkSetting, { rateBps, isRateMeasured }: LinkSeen): CalibrationRow {
  const asked = setting.rateBps;
  const isWithin = rateBps !== undefined && Math.abs(rateBps / asked - 1) <= toleranceRatio;
  const missed = rateBps === undefined ? 'too few frames arrived' : formatRate(rateBps, 4);
  return {
    setting: describeLink(setting),
    what: 'rate',
    asked: formatRate(asked),
    seen: isRateMeasured ? missed : hiddenBy(setting),
    within: `± ${toleranceRatio * 100} %`,
    standing: !isRateMeasured ? 'not-measured' : isWithin ? 'within' : 'off',
  };
}

function hiddenBy({ jitterNs }: LinkSetting): string {
  return jitterNs > 0 ? 'hidden by its jitter' : 'faster than a burst can tell';
}

/** The fields of `nat.classified` that are held against the settings. */
export interface BoxSeen {
  readonly mapping: string;
  readonly filtering: string;
  readonly mappingAfterStray: string | null;
  readonly filteringAfterStray: string | null;
}

export function judgeBox(
  name: string,
  { mapping, filtering, openInput }: NatSettings,
  seen: BoxSeen | undefined,
): CalibrationRow[] {
  const row = (what: string, asked: string, told: string | null | undefined): CalibrationRow => ({
    setting: name,
    ...{ what, asked, within: 'the same' },
    seen: told ?? 'the probe told nothing',
    standing: told === asked ? 'within' : 'off',
  });
  const before = [
    row('mapping', mapping, seen?.mapping),
    row('filtering', filtering, seen?.filtering),
  ];
  // Such a box lets a stranger's packet take the port: what comes after is what it is for.
  if (openInput) return before;
  return [
    ...before,
    row('mapping after a stray packet', mapping, seen?.mappingAfterStray),
    row('filtering after a stray packet', filtering, seen?.filteringAfterStray),
  ];
}

/** The first that is off, as a sentence; undefined: all are within, or could not be measured. */
export function describeOff(rows: readonly CalibrationRow[]): string | undefined {
  const off = rows.find(({ standing }) => standing === 'off');
  if (off === undefined) return undefined;
  const { setting, what, asked, seen } = off;
  return `the rig is off its calibration: ${what} of ${setting} is ${seen} where ${asked} is asked for`;
}
