/** What of a link is calibrated: delay and rate. Losses are the model's, and are counted, not estimated. */
import { formatDuration, formatRate } from '../../../src/base/units.ts';
import type { Plan } from '../../plan/plan.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import type { Engine } from '../../schema/model.ts';

export interface LinkSetting {
  readonly engine: Exclude<Engine, 'direct'>;
  readonly rateBps: number;
  readonly delayNs: number;
  readonly jitterNs: number;
  readonly mtuBytes: number;
}

/** Each once, in the order of the links. What follows a trace has no one figure to be held to. */
export function linkSettingsOf(plans: readonly Pick<Plan, 'links'>[]): LinkSetting[] {
  const found = new Map<string, LinkSetting>();
  for (const { engine, ends } of plans.flatMap(({ links }) => links)) {
    if (engine === 'direct') continue;
    for (const { arriving } of ends) {
      if (arriving.trace !== undefined) continue;
      const { rateBps, delayNs, jitterNs, mtuBytes } = arriving;
      const setting = { engine, rateBps, delayNs, jitterNs, mtuBytes };
      found.set(describeLink(setting) + mtuBytes, setting);
    }
  }
  return [...found.values()];
}

/** `50 Mbit/s, 10 ms ± 2 ms`; the engine where it is not the model. */
export function describeLink({ engine, rateBps, delayNs, jitterNs }: LinkSetting): string {
  const rate = Number.isFinite(rateBps) ? formatRate(rateBps) : 'unlimited';
  const jitter = jitterNs > 0 ? ` ± ${formatDuration(jitterNs)}` : '';
  const by = engine === 'model' ? '' : `, engine: ${engine}`;
  return `${rate}, ${formatDuration(delayNs)}${jitter}${by}`;
}

const ethernetHeaderBytes = 14;
const ipUdpHeaderBytes = 28;

/** What a probe with so much payload takes from end to end. */
export function expectedDelayNs(setting: LinkSetting, payloadBytes: number): number {
  const frameBits = 8 * (payloadBytes + ipUdpHeaderBytes + ethernetHeaderBytes);
  return setting.delayNs + (frameBits / setting.rateBps) * 1e9;
}

/** The same link with nothing else to it, and a queue that takes the whole burst. */
export function bareDirection(setting: LinkSetting, queueFrames: number): DirectionSettings {
  const { rateBps, delayNs, jitterNs, mtuBytes } = setting;
  return {
    ...{ rateBps, delayNs, jitterNs, mtuBytes, up: true, trace: undefined },
    ...{ duplicateRatio: 0, corruptRatio: 0, loss: { model: 'none' } },
    reorder: { ratio: 0, holdNs: 0 },
    queue: {
      limitFrames: queueFrames,
      limitBytes: Number.POSITIVE_INFINITY,
      discipline: { kind: 'drop-tail' },
    },
  };
}
