/** `report.html`: one file that needs no network and no script. */
import type { Result } from '../../schema/result.ts';
import { drawCdf } from './cdf.ts';
import { type Drawing, showDrawing } from './drawing.ts';
import { type Child, element, type Markup, trusted } from './element.ts';
import { showExpectations } from './expectations.ts';
import { showFirstScreen } from './first-screen.ts';
import { showHistory } from './history-strip.ts';
import { showLabs } from './labs.ts';
import { showMatrices } from './matrix.ts';
import { metricNames } from './places.ts';
import type { ReportMaterial } from './report-material.ts';
import { showRuns } from './runs.ts';
import { script } from './script.ts';
import { drawStrip } from './strip.ts';
import { style } from './style.ts';
import { drawSweep } from './sweep.ts';
import { drawTopology } from './topology.ts';
import { showTrust } from './trust.ts';
import { showVariants } from './variants.ts';

export function formatPage(material: ReportMaterial): string {
  const { result } = material;
  const body: readonly Child[] = [
    showFirstScreen(material),
    element(
      'main',
      {},
      showExpectations(result),
      showHistory(material),
      showMetrics(result),
      showMatrices(result),
      showLabs(material),
      showVariants(result),
      showRuns(material),
      result.sketch && showTopology(result.sketch),
      showTrust(material),
    ),
  ];
  const page = element(
    'html',
    { lang: 'en' },
    element(
      'head',
      {},
      element('meta', { charset: 'utf-8' }),
      element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      element('meta', { name: 'color-scheme', content: 'light dark' }),
      element('title', {}, `${result.scenario}: ${result.verdict}`),
      element('style', {}, trusted(style)),
    ),
    element('body', {}, body, element('script', {}, trusted(script))),
  );
  return `<!doctype html>\n${page.markup}\n`;
}

const mostFigures = 40;

/** What is shown of metrics; also what `--figures` writes. */
export function drawMetrics(result: Result): Drawing[] {
  return metricNames(result)
    .slice(0, mostFigures)
    .flatMap((metric) => [
      metric.includes('.') ? undefined : drawSweep(result, metric),
      drawStrip(result, metric),
      drawCdf(result, metric),
    ])
    .filter((drawing) => drawing !== undefined);
}

function showMetrics(result: Result): Markup | undefined {
  const drawings = drawMetrics(result);
  if (drawings.length === 0) return undefined;
  const isSteady = (metric: string): boolean => metric.includes('.');
  const [own, others] = [false, true].map((wanted) =>
    drawings.filter(({ title }) => isSteady(title.split(/:| against /)[0]!) === wanted),
  ) as [Drawing[], Drawing[]];
  return element(
    'section',
    { 'aria-labelledby': 'figures' },
    element('h2', { id: 'figures' }, 'Figures'),
    element(
      'p',
      { class: 'key' },
      'A dot a sample; the tall mark is the median, the band its 95 % interval, the dashed line a bound with its foot on the side that passes, the diamond a committed reference.',
    ),
    own.map(showDrawing),
    others.length > 0 &&
      element(
        'details',
        { open: own.length === 0 },
        element('summary', {}, `What the traffics say of themselves (${others.length})`),
        others.map(showDrawing),
      ),
  );
}

function showTopology(sketch: NonNullable<Result['sketch']>): Markup {
  return element(
    'section',
    { 'aria-labelledby': 'drawn' },
    element('h2', { id: 'drawn' }, 'What it ran on'),
    showDrawing(drawTopology(sketch)),
  );
}
