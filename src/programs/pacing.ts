/** When the datagrams of a flow are due, counted from its start, and how large they are. */
import { naturalLog } from '../base/arithmetic.ts';
import { drawUnit, type Random } from '../base/random.ts';
import { never, nsPerSecond } from '../base/time.ts';
import { flowHeaderBytes } from '../wire/flow.ts';
import { type FlowSettings, wrongSetting } from './flow-settings.ts';

/** The datagram that comes next. */
export interface Pacing {
  readonly settings: FlowSettings;
  readonly random: Random;
  /** From the beginning of one to that of the next at `rateBps`: full datagrams, payload only. */
  readonly spacingNs: number;
  readonly total: number;
  /** From 1. */
  number: number;
  /** `never`: there is none. */
  dueNs: number;
  /** Poisson: the exact sum of all gaps so far. */
  sumNs: number;
}

export function createPacing(settings: FlowSettings, random: Random): Pacing {
  const isPaced = settings.rateBps > 0;
  if (!isPaced && settings.transport === 'udp') throw wrongSetting('rateBps', settings.rateBps);
  const total = Math.min(settings.count, Math.ceil(settings.bytes / settings.payloadBytes));
  const spacingNs = isPaced ? (settings.payloadBytes * 8 * nsPerSecond) / settings.rateBps : 0;
  const pacing = { settings, random, spacingNs, total, number: 0, dueNs: 0, sumNs: 0 };
  goToNext(pacing);
  return pacing;
}

export function goToNext(pacing: Pacing): void {
  pacing.number += 1;
  const dueNs = pacing.number > pacing.total ? never : Math.round(dueOf(pacing));
  pacing.dueNs = dueNs < pacing.settings.forNs ? dueNs : never;
}

/** Full ones, and the rest in the last; a last one below the smallest borrows from the one before. */
export function sizeOfNext({ settings, total, number }: Pacing): number {
  const full = settings.payloadBytes;
  if (total * full < settings.bytes || number < total - 1) return full;
  const rest = settings.bytes - (total - 1) * full;
  const borrowed = Math.max(0, flowHeaderBytes - rest);
  return number === total ? rest + borrowed : Math.max(flowHeaderBytes, full - borrowed);
}

/** Each computed from the start, so that no error adds up. */
function dueOf(pacing: Pacing): number {
  const before = pacing.number - 1;
  const { generator, onNs, offNs } = pacing.settings;
  if (generator === 'poisson') {
    pacing.sumNs += -naturalLog(1 - drawUnit(pacing.random)) * pacing.spacingNs;
    return pacing.sumNs;
  }
  if (generator === 'stream') return before * pacing.spacingNs;
  // A burst begins with a datagram, and takes those that begin within its on-time.
  const perBurst = Math.max(1, Math.ceil(onNs / pacing.spacingNs));
  const burst = Math.floor(before / perBurst);
  return burst * (onNs + offNs) + (before % perBurst) * pacing.spacingNs;
}
