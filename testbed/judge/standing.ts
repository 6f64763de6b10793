/** How much a verdict counts: what only warns, and what is known to fail until a day. */
import type { ExpectationModel } from '../schema/model.ts';
import type { Shown, Verdict } from '../schema/result.ts';

export interface Standing {
  readonly shown: Shown;
  /** To be said beside the reason. */
  readonly aside: string | undefined;
}

/** `today` and `until` are days such as 2027-01-01, which sort as texts. */
export function standingOf(
  { severity, knownFailing }: Pick<ExpectationModel, 'severity' | 'knownFailing'>,
  verdict: Verdict,
  today: string,
): Standing {
  const isBroken = verdict === 'fail' || verdict === 'inconclusive';
  const counted = isBroken && severity === 'warn' ? 'warn' : verdict;
  if (knownFailing === undefined) return { shown: counted, aside: undefined };
  const { issue, until } = knownFailing;
  if (verdict === 'pass') return { shown: 'pass', aside: 'passes now: remove known-failing' };
  if (!isBroken) return { shown: counted, aside: undefined };
  if (today <= until) return { shown: 'known', aside: `known until ${until}: ${issue}` };
  return { shown: counted, aside: `known-failing ran out on ${until}: ${issue}` };
}
