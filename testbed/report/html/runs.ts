/** Samples: pictures of those that matter, and a line for each with its records. */
import type { SampleResult } from '../../schema/result.ts';
import { showDrawing } from './drawing.ts';
import { type Child, element, type Markup } from './element.ts';
import { drawExchange } from './exchange.ts';
import { hrefOf, nameSample, type ReportMaterial, samplesToShow } from './report-material.ts';
import { drawTimeline } from './timeline.ts';

export function showRuns(material: ReportMaterial): Markup {
  const shown = samplesToShow(material.result).filter(({ records }) =>
    material.stories.has(records),
  );
  return element(
    'section',
    { 'aria-labelledby': 'runs' },
    element('h2', { id: 'runs' }, 'Runs'),
    shown.map((sample) => showSample(sample, material)),
    showList(material),
  );
}

function showSample(sample: SampleResult, material: ReportMaterial): Markup {
  const story = material.stories.get(sample.records)!;
  const name = nameSample(sample);
  const { outcome } = sample;
  return element(
    'article',
    {},
    element('h3', {}, `${name}: ${outcome.kind}`),
    'reason' in outcome && element('p', {}, outcome.reason),
    showDrawing(drawTimeline({ name, story })),
    story.exchange && showDrawing(drawExchange(name, story.exchange)),
    element('p', {}, linksTo(sample, material)),
  );
}

function linksTo({ records }: SampleResult, { has }: ReportMaterial): Child {
  const capture = records.replace(/\.ndjson$/, '.pcapng');
  const link = (path: string, text: string): Child =>
    has(path) ? [element('a', { href: hrefOf(path) }, text), ' '] : undefined;
  const any = [link(records, 'records'), link(capture, 'pcapng')];
  return any.some((one) => one !== undefined) ? any : 'its records were not kept';
}

const mostListed = 400;

function showList(material: ReportMaterial): Markup {
  const { samples } = material.result;
  const odd = samples.filter(({ outcome }) => outcome.kind !== 'finished');
  const listed = [...odd, ...samples.filter((one) => !odd.includes(one))].slice(0, mostListed);
  const rest = samples.length - listed.length;
  const row = (sample: SampleResult): Markup =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, nameSample(sample)),
      element(
        'td',
        {},
        sample.outcome.kind,
        'reason' in sample.outcome && `: ${sample.outcome.reason}`,
      ),
      element('td', { class: 'number' }, sample.seed),
      element('td', { class: 'number' }, sample.invalidBefore),
      element('td', {}, linksTo(sample, material)),
    );
  return element(
    'details',
    { open: samples.length <= 12 },
    element('summary', {}, `All ${samples.length} samples, their seeds and records`),
    element(
      'div',
      { class: 'pan', tabindex: 0, role: 'region', 'aria-label': 'samples' },
      element(
        'table',
        { class: 'filtered' },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ['sample', 'outcome', 'seed', 'invalid before', 'files'].map((head) =>
              element('th', { scope: 'col' }, head),
            ),
          ),
        ),
        element('tbody', {}, listed.map(row)),
      ),
    ),
    rest > 0 &&
      element(
        'p',
        {},
        `${rest} more are in `,
        element('a', { href: 'samples.csv' }, 'samples.csv'),
        '.',
      ),
  );
}
