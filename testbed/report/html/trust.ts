/** Why the figures can be believed: boxes, lateness, the distance to virtual time, machine, versions. */
import { formatDuration } from '../../../src/base/units.ts';
import type { SampleStory } from '../../measure/story.ts';
import type { RealityGap, Result } from '../../schema/result.ts';
import { describeHardware } from '../hardware-text.ts';
import { formatMetric } from '../metric-text.ts';
import { showTable } from './drawing.ts';
import { type Child, element, type Markup } from './element.ts';
import type { ReportMaterial } from './report-material.ts';
import { ofThisRun } from './run-part.ts';

export function showTrust({ result, stories }: ReportMaterial): Markup {
  return element(
    'section',
    { 'aria-labelledby': 'trust' },
    element('h2', { id: 'trust' }, 'Rig and machine'),
    showRealityGap(result),
    ofThisRun(showCalibration(result)),
    showBoxes([...stories.values()]),
    showLateness([...stories.values()], result),
    showHardware(result),
    ofThisRun(showRun(result)),
    element(
      'p',
      {},
      'Beside this page: ',
      files.map((name) => [element('a', { href: name }, name), ' ']),
    ),
  );
}

const files = ['result.json', 'report.md', 'junit.xml', 'samples.csv'];

function showRealityGap({ realityGap = [], lab }: Result): Child {
  if (realityGap.length === 0) return undefined;
  return [
    element('h3', {}, 'Reality gap'),
    element('p', {}, `Medians of the same samples in virtual time and in ${lab}.`),
    showTable(
      {
        heads: ['metric', 'case', 'variant', 'samples', 'sim', lab, 'times'],
        rows: measuresFirst(realityGap).map(
          ({ metric, case: caseId, variant, n, virtual, real, dimension }) => [
            ...[metric, caseId, variant, n],
            formatMetric({ value: virtual, dimension }),
            formatMetric({ value: real, dimension }),
            virtual === 0 ? '–' : Number((real / virtual).toPrecision(3)),
          ],
        ),
      },
      { label: 'reality gap' },
    ),
  ];
}

/** Before what the traffics say of themselves. */
function measuresFirst(rows: readonly RealityGap[]): RealityGap[] {
  const isMeasure = ({ metric }: RealityGap): boolean => !metric.includes('.');
  return [...rows.filter(isMeasure), ...rows.filter((row) => !isMeasure(row))];
}

const standings = { within: 'within', off: '✕ off', 'not-measured': 'not measured' } as const;

/** Each distinct link setting and NAT box, as this machine was found to do it. */
function showCalibration({ run: { calibration = [] } }: Result): Child {
  if (calibration.length === 0) return undefined;
  return [
    element('h3', {}, 'Calibration'),
    element(
      'p',
      {},
      'What was asked of links and NAT boxes, and what probes found before the first sample.',
    ),
    showTable(
      {
        heads: ['setting', 'what', 'asked', 'seen', 'may differ by', ''],
        rows: calibration.map(({ setting, what, asked, seen, within, standing }) => [
          ...[setting, what, asked, seen, within, standings[standing]],
        ]),
      },
      { label: 'calibration' },
    ),
  ];
}

function showBoxes(stories: readonly SampleStory[]): Child {
  const found = stories.flatMap(({ boxes }) => boxes);
  const rows = new Map(found.map((box) => [JSON.stringify(box), box]));
  if (rows.size === 0) return undefined;
  return [
    element('h3', {}, 'NAT boxes, as probes found them'),
    showTable(
      {
        heads: ['asked from', 'program', 'mapping', 'filtering'],
        rows: [...rows.values()].map(({ node, program, mapping, filtering }) => [
          ...[node, program, mapping, filtering],
        ]),
      },
      { label: 'NAT boxes' },
    ),
  ];
}

function showLateness(stories: readonly SampleStory[], { lab }: Result): Child {
  if (lab === 'sim') {
    return element(
      'p',
      {},
      'Virtual time: nothing is ever late, and links do exactly what was asked for.',
    );
  }
  const worst = new Map<string, SampleStory['lateness'][number]>();
  for (const one of stories.flatMap(({ lateness }) => lateness)) {
    if (one.worstNs > (worst.get(one.what)?.worstNs ?? -1)) worst.set(one.what, one);
  }
  if (worst.size === 0) return undefined;
  return [
    element('h3', {}, 'How late the rig was'),
    element('p', {}, 'Of the samples shown above, the worst of each.'),
    showTable(
      {
        heads: ['what', 'p99', 'worst'],
        rows: [...worst.values()].map(({ what, p99Ns, worstNs }) => [
          ...[what, formatDuration(p99Ns, 3), formatDuration(worstNs, 3)],
        ]),
      },
      { label: 'lateness' },
    ),
  ];
}

function showHardware({ samples }: Result): Child {
  const lines = describeHardware(samples);
  if (lines.length === 0) return undefined;
  return [
    element('h3', {}, 'Machines of others'),
    element(
      'ul',
      {},
      lines.map((line) => element('li', {}, line)),
    ),
  ];
}

function showRun({ run, seed }: Result): Markup {
  const { revision } = run;
  const facts: readonly (readonly [string, Child])[] = [
    ['command', element('code', {}, run.command.join(' '))],
    ['started', run.startedAt],
    ['host', run.host],
    ['machine', run.machine],
    ['fingerprint', element('code', {}, run.fingerprint)],
    ['Node', run.node],
    ['Ropewalk', run.version],
    [
      'commit',
      revision === undefined
        ? 'not in a repository'
        : `${revision.commit}${revision.isDirty ? ' with uncommitted changes' : ''}`,
    ],
    ['seed', seed],
  ];
  return element(
    'dl',
    { class: 'facts' },
    facts.map(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
  );
}
