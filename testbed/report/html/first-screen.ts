/** What broke, since when, and what to type next. */
import { nsPerMs } from '../../../src/base/time.ts';
import { formatDuration } from '../../../src/base/units.ts';
import type { Result } from '../../schema/result.ts';
import { describePlace, describeVerdict, type Finding, listFindings } from '../findings.ts';
import { type FailureGroup, groupFailures } from '../group-failures.ts';
import { nextStepsFor } from '../next-steps.ts';
import { tally } from '../table.ts';
import { mostCommands, showCommands } from './commands.ts';
import { type Child, element, type Markup } from './element.ts';
import type { ReportMaterial } from './report-material.ts';
import { ofThisRun } from './run-part.ts';
import { showSince } from './since-shown.ts';
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
      showNext(own, material.result),
    );
  });
}

const mostGroups = 8;
const mostFindings = 3;
const mostPlaces = 3;

function showGroup(group: FailureGroup, material: ReportMaterial): Markup {
  const { title, cause, findings, again } = group;
  const [worst] = findings;
  return element(
    'article',
    { class: 'group' },
    element('h3', {}, markVerdict(worst!.shown, describeVerdict(worst!)), ` ${title}`),
    cause !== '' && element('p', {}, cause),
    showReasons(group),
    ofThisRun(showSince(findings, material)),
    again.length > 0 && showCommands('Run the worst sample again:', again.slice(0, mostCommands)),
    again.length > mostCommands &&
      element(
        'p',
        {},
        `… and ${again.length - mostCommands} more commands, each `,
        element('a', { href: '#expectations' }, 'beside its row'),
        '.',
      ),
  );
}

/** Each reason once, with all that it is the reason of. */
function showReasons({ findings, cause }: FailureGroup): Markup {
  const reasons = [...Map.groupBy(findings, ({ why }) => why)];
  return element(
    'ul',
    {},
    reasons
      .slice(0, mostFindings)
      .map(([why, own]) => element('li', {}, describeReason(own, why, cause))),
    reasons.length > mostFindings &&
      element('li', {}, `… and ${reasons.length - mostFindings} more`),
  );
}

function describeReason(own: readonly Finding[], why: string, cause: string): Child {
  const names = [...new Set(own.map(({ expectation }) => expectation))];
  const places = [...new Set(own.map(describePlace))].filter((place) => place !== '');
  const more = places.length > mostPlaces ? ` and ${places.length - mostPlaces} more` : '';
  return [
    element('strong', {}, names.join(', ')),
    places.length > 0 && ` (${places.slice(0, mostPlaces).join('; ')}${more})`,
    !cause.includes(why) && `: ${why}`,
  ];
}

function showNext(groups: readonly FailureGroup[], result: Result): Child {
  const steps = nextStepsFor(groups, result);
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
