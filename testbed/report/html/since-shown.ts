/** Since when the expectations of a group are broken, and what finds the commit. */
import { quoteCommand } from '../../../src/base/shell-words.ts';
import { nameRevision, type Since, sinceWhen } from '../../history/since.ts';
import type { Result } from '../../schema/result.ts';
import type { Finding } from '../findings.ts';
import { mostCommands, showCommands } from './commands.ts';
import { type Child, element, type Markup } from './element.ts';
import type { ReportMaterial } from './report-material.ts';

interface SinceOf {
  readonly since: Since;
  readonly names: readonly string[];
}

export function showSince(
  findings: readonly Finding[],
  { history, result }: ReportMaterial,
): Markup | undefined {
  if (findings[0]?.verdict !== 'fail') return undefined;
  const sinces = sincesOf(findings, history);
  if (sinces.length === 0) return undefined;
  return element(
    'div',
    { class: 'since' },
    sinces.map((one) => describeSince(one, sinces.length > 1, result)),
  );
}

/** Of each expectation in the worst of its places; those that broke together stand together. */
function sincesOf(findings: readonly Finding[], history: ReportMaterial['history']): SinceOf[] {
  const worst = [...Map.groupBy(findings, ({ expectation }) => expectation).values()];
  const found = worst.flatMap(([finding]) => {
    const since = sinceWhen(history, finding!);
    return since === undefined ? [] : [{ since, name: finding!.expectation }];
  });
  const together = Map.groupBy(found, ({ since: { lastGood, firstBad, changed } }) =>
    JSON.stringify([lastGood?.startedAt, firstBad.startedAt, changed]),
  );
  return [...together.values()].map((own) => ({
    since: own[0]!.since,
    names: own.map(({ name }) => name),
  }));
}

function describeSince({ since, names }: SinceOf, isOneOfSeveral: boolean, result: Result): Child {
  const { lastGood, firstBad, badRuns, changed } = since;
  const whose = isOneOfSeveral && [element('strong', {}, names.join(', ')), ': '];
  const runs = badRuns === 1 ? 'this run' : `${badRuns} runs in a row`;
  const bad = [element('code', {}, nameRevision(firstBad)), ` (${firstBad.startedAt})`];
  if (lastGood === undefined) {
    return element('p', {}, whose, `No good run is known. Broken in ${runs}, first at `, bad, '.');
  }
  const good = [element('code', {}, nameRevision(lastGood)), ` (${lastGood.startedAt})`];
  const others =
    changed.length === 0
      ? 'Scenario, machine, Node and Ropewalk are the same.'
      : `Between them changed also: ${changed.join('; ')}.`;
  const between = ['Last good: ', good, '. First bad: ', bad, `. Broken in ${runs}. ${others}`];
  return [element('p', {}, whose, between), showBisect(since, names, result)];
}

/** Each expectation by its name: another one that is broken as well would make the good end bad. */
function showBisect(
  { lastGood, firstBad }: Since,
  names: readonly string[],
  { file, lab }: Result,
): Child {
  const [from, to] = [lastGood?.revision, firstBad.revision];
  if (from === undefined || to === undefined) return false;
  if (from.isDirty || to.isDirty) {
    return element(
      'p',
      {},
      'What ran had uncommitted changes: no commit is it, so none is searched for.',
    );
  }
  if (from.commit === to.commit) return false;
  const range = `${from.commit.slice(0, 12)}..${to.commit.slice(0, 12)}`;
  const where = lab === 'sim' ? [] : ['--lab', lab];
  const commands = names
    .slice(0, mostCommands)
    .map((name) => quoteCommand(['ropewalk', 'bisect', range, file, '--expect', name, ...where]));
  return showCommands('Find the commit:', commands);
}
