/** What broke, since when, and what to type next. */
import { nsPerMs } from '../../../src/base/time.ts';
import { formatDuration } from '../../../src/base/units.ts';
import { nameRevision, type Since, sinceWhen } from '../../history/since.ts';
import type { Result } from '../../schema/result.ts';
import { describePlace, describeVerdict, type Finding, listFindings } from '../findings.ts';
import { type FailureGroup, groupFailures } from '../group-failures.ts';
import { nextStepsFor } from '../next-steps.ts';
import { tally } from '../table.ts';
import { type Child, element, type Markup } from './element.ts';
import type { ReportMaterial } from './report-material.ts';
import { ofThisRun } from './run-part.ts';
import { markVerdict } from './verdict-mark.ts';

export function showFirstScreen(material: ReportMaterial): Markup {
  const { result, gate } = material;
  const findings = listFindings([result], gate);
  const places = new Map(result.rows.map((row) => [`${row.case} ${row.variant}`, row]));
  const groups = groupFailures(findings, [...places.values()]);
  return element(
    'header',
    {},
    element('h1', {}, `${result.scenario} `, markVerdict(result.verdict)),
    result.about !== '' && element('p', { class: 'about' }, result.about),
    element('p', { class: 'facts' }, factsOf(result)),
    ofThisRun(element('p', { class: 'facts' }, runFactsOf(result))),
    groups.length === 0 ? showAllWell(result) : showBroken(groups, material),
  );
}

function factsOf({ file, lab, seed, samples, rows }: Result): Child {
  const cases = new Set(samples.map((one) => one.case)).size;
  const finished = samples.filter(({ outcome }) => outcome.kind === 'finished').length;
  const counts = tally(rows).map(([shown, count]) => [
    markVerdict(shown, `${count} ${shown}`),
    ' ',
  ]);
  const facts = `lab ${lab}, seed ${seed}, ${cases} ${cases === 1 ? 'case' : 'cases'}, ${finished} of ${samples.length} samples finished`;
  return [counts, element('code', {}, file), `, ${facts}`];
}

function runFactsOf({ run }: Result): Child {
  const { startedAt, wallMs, revision, interrupted } = run;
  const commit = revision && [
    ', commit ',
    element('code', {}, revision.commit.slice(0, 12)),
    revision.isDirty && ' with uncommitted changes',
  ];
  const took = formatDuration(wallMs * nsPerMs, 3);
  const cut =
    interrupted && element('strong', {}, '. It was interrupted: this is what there is so far');
  return [element('time', { datetime: startedAt }, startedAt), `, took ${took}`, commit, cut, '.'];
}

function showAllWell({ rows, samples }: Result): Markup {
  const held =
    rows.length === 0
      ? `The scenario expects nothing; its ${samples.length} samples finished.`
      : `Nothing broke: all ${rows.length} expectations hold.`;
  return element('p', { class: 'well' }, held);
}

const heads = {
  fail: 'What broke',
  invalid: 'What can’t be trusted',
  inconclusive: 'What is undecided',
  unsupported: 'What could not be judged',
} as const satisfies Readonly<Record<Finding['verdict'], string>>;

function showBroken(groups: readonly FailureGroup[], material: ReportMaterial): Child {
  const verdicts = [...new Set(groups.map(({ verdict }) => verdict))];
  return verdicts.map((verdict) => {
    const own = groups.filter((group) => group.verdict === verdict);
    return element(
      'section',
      { 'aria-labelledby': `broke-${verdict}`, class: `broke ${verdict}` },
      element('h2', { id: `broke-${verdict}` }, heads[verdict]),
      own.slice(0, mostGroups).map((group) => showGroup(group, material)),
      own.length > mostGroups &&
        element('p', {}, `… and ${own.length - mostGroups} more groups; all rows are below.`),
      showNext(own[0]!, material.result),
    );
  });
}

const mostGroups = 8;
const mostFindings = 3;
const mostCommands = 3;

function showGroup(group: FailureGroup, material: ReportMaterial): Markup {
  const { title, cause, findings, again } = group;
  const [worst] = findings;
  return element(
    'article',
    { class: 'group' },
    element('h3', {}, markVerdict(worst!.shown, describeVerdict(worst!)), ` ${title}`),
    cause !== '' && element('p', {}, cause),
    element(
      'ul',
      {},
      findings.slice(0, mostFindings).map((one) => element('li', {}, describeFinding(one))),
      findings.length > mostFindings &&
        element('li', {}, `… and ${findings.length - mostFindings} more`),
    ),
    ofThisRun(showSince(findings, material)),
    again.length > 0 && showCommands('Run the worst sample again:', again.slice(0, mostCommands)),
  );
}

function describeFinding(finding: Finding): Child {
  const place = describePlace(finding);
  return [
    element('strong', {}, finding.expectation),
    place !== '' && ` (${place})`,
    `: ${finding.why}`,
  ];
}

function showSince(
  findings: readonly Finding[],
  { history, result }: ReportMaterial,
): Markup | undefined {
  const [first] = findings;
  if (first?.verdict !== 'fail') return undefined;
  const since = sinceWhen(history, first);
  return since && element('div', { class: 'since' }, describeSince(since, result));
}

function describeSince(
  { lastGood, firstBad, badRuns, changed }: Since,
  { file, lab }: Result,
): Child {
  const runs = badRuns === 1 ? 'this run' : `${badRuns} runs in a row`;
  const bad = [element('code', {}, nameRevision(firstBad)), ` (${firstBad.startedAt})`];
  if (lastGood === undefined) {
    return element('p', {}, `No good run is known. Broken in ${runs}, first at `, bad, '.');
  }
  const good = [element('code', {}, nameRevision(lastGood)), ` (${lastGood.startedAt})`];
  const others =
    changed.length === 0
      ? 'Scenario, machine, Node and Ropewalk are the same.'
      : `Between them changed also: ${changed.join('; ')}.`;
  const [from, to] = [lastGood.revision?.commit, firstBad.revision?.commit];
  const bisect =
    from !== undefined && to !== undefined && from !== to
      ? [
          `ropewalk bisect ${from.slice(0, 12)}..${to.slice(0, 12)} ${file}${lab === 'sim' ? '' : ` --lab ${lab}`}`,
        ]
      : [];
  return [
    element('p', {}, 'Last good: ', good, '. First bad: ', bad, `. Broken in ${runs}. ${others}`),
    bisect.length > 0 && showCommands('Find the commit:', bisect),
  ];
}

function showNext(group: FailureGroup, result: Result): Child {
  const steps = nextStepsFor(group, result);
  return (
    steps.length > 0 &&
    element(
      'div',
      { class: 'next' },
      element('h3', {}, 'What to do next'),
      steps.map(({ text, command }) =>
        command === undefined ? element('p', {}, text) : showCommands(text, [command]),
      ),
    )
  );
}

function showCommands(text: string, commands: readonly string[]): Markup {
  return element(
    'div',
    { class: 'commands' },
    element('p', {}, text),
    element('pre', { tabindex: 0 }, element('code', {}, commands.join('\n'))),
  );
}
