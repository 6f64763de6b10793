/** Comparisons that are judged together, since many of them at once would raise many alarms. */
import type { Looks } from '../schema/model.ts';
import { type PairedLook, pairedLooks } from '../statistics/paired-comparison.ts';

export interface LookedAt<Question> {
  readonly question: Question;
  readonly look: PairedLook;
}

export interface Compared<Decision> {
  readonly decision: Decision;
  readonly look: PairedLook;
}

/** What a look of so many planned ones may err; a single one has what two have together. */
export function lookAt(looks: Looks, at: 0 | 1): PairedLook {
  const [first, second] = pairedLooks;
  if (looks.most === looks.first) {
    return { pairs: looks.first, errorRatio: first.errorRatio + second.errorRatio, isLast: true };
  }
  const pairs = at === 0 ? looks.first : looks.most;
  return { ...pairedLooks[at], pairs };
}

interface Planned {
  readonly looks: Looks;
  /** Samples there are. */
  readonly count: number;
}

/**
 * All at their first look; then those which that left open, and have samples enough, at their second. What
 * a look settled stays settled; in the second round it counts among those that were asked.
 */
export function judgeTogether<Question extends Planned, Decision>(
  questions: readonly Question[],
  judge: (family: readonly LookedAt<Question>[]) => readonly Decision[],
  isOpen: (decision: Decision, question: Question) => boolean,
): Compared<Decision>[] {
  const family = questions.map((question) => ({ question, look: lookAt(question.looks, 0) }));
  const first = judge(family);
  const again = family.map(({ question, look }, at) => {
    const goesOn = !look.isLast && question.count >= question.looks.most;
    const isSecond = goesOn && isOpen(first[at]!, question);
    return { question, look: isSecond ? lookAt(question.looks, 1) : look };
  });
  const second = again.some(({ look }, at) => look !== family[at]!.look) ? judge(again) : first;
  return again.map(({ look }, at) => ({
    decision: look === family[at]!.look ? first[at]! : second[at]!,
    look,
  }));
}
