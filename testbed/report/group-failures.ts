/** What is wrong, grouped by what seems to be behind it: one fault often breaks many rows. */
import type { Finding } from './findings.ts';

export interface FailureGroup {
  /** `short-gap, nothing-lost`, or what a program said. */
  readonly title: string;
  readonly verdict: Finding['verdict'];
  /** Why these stand together, as a sentence; empty where there is but one place to be in. */
  readonly cause: string;
  readonly findings: readonly Finding[];
  /** Commands that run the worst samples again, without doubles. */
  readonly again: readonly string[];
}

/** `places`: all cases and variants that were judged, so that what is common to the broken ones can be told. */
export function groupFailures(
  findings: readonly Finding[],
  places: readonly Pick<Finding, 'case' | 'variant'>[],
): FailureGroup[] {
  const spoken = Map.groupBy(
    findings,
    (finding) => `${finding.verdict} ${reasonOf(finding) ?? ''}`,
  );
  return [...spoken.values()].flatMap((own) => {
    const reason = reasonOf(own[0]!);
    return reason === undefined
      ? groupByPlaces(own, places)
      : [groupOf(own, sentence(own, reason))];
  });
}

/** Of what a program or the rig said, figures are left out, for they differ each time. */
function reasonOf({ why, verdict, cause }: Finding): string | undefined {
  if (verdict === 'unsupported') return why;
  switch (cause?.kind) {
    case 'samples':
      return blur(cause.reason);
    case 'no-value':
      return `${cause.of} has no value: ${blur(cause.reason)}`;
    default:
      return undefined;
  }
}

function blur(text: string): string {
  return text.replaceAll(/\d+(?:\.\d+)?/g, '…');
}

function sentence(own: readonly Finding[], reason: string): string {
  const rows = count(own.length, 'row');
  const { verdict, cause } = own[0]!;
  if (verdict === 'unsupported') return `${rows} could not be judged here: ${reason}`;
  if (cause?.kind === 'no-value') return `${reason} (${rows})`;
  return verdict === 'invalid'
    ? `The rig, not what was tested: ${reason} (${rows})`
    : `Samples did not finish: ${reason} (${rows})`;
}

/** Expectations that break in the same places have most likely one cause. */
function groupByPlaces(
  findings: readonly Finding[],
  places: readonly Pick<Finding, 'case' | 'variant'>[],
): FailureGroup[] {
  const perExpectation = Map.groupBy(findings, ({ expectation }) => expectation);
  const perPlaces = Map.groupBy([...perExpectation.values()], (own) =>
    own.map(nameOf).toSorted().join('\n'),
  );
  return [...perPlaces.values()].map((groups) => {
    const own = groups.flat();
    return groupOf(own, commonOf(groups[0]!, places));
  });
}

function nameOf(place: Pick<Finding, 'case' | 'variant'>): string {
  return `${place.case} ${place.variant}`;
}

/** `In 3 of 9 places, all with links.lte.delay=60ms, which no other has.` */
function commonOf(
  broken: readonly Finding[],
  places: readonly Pick<Finding, 'case' | 'variant'>[],
): string {
  const names = new Set(broken.map(nameOf));
  const whole = places.filter((place) => !names.has(nameOf(place)));
  if (places.length === 1) return '';
  if (whole.length === 0) return `In all ${places.length} cases and variants.`;
  const shared = partsOf(broken[0]!).filter((part) =>
    broken.every((place) => partsOf(place).includes(part)),
  );
  const telling = shared.filter((part) => !whole.some((place) => partsOf(place).includes(part)));
  const where = `In ${names.size} of ${names.size + whole.length} cases and variants`;
  if (telling.length > 0) return `${where}: all that have ${telling.join(' and ')}, and no other.`;
  if (shared.length > 0) return `${where}, all with ${shared.join(' and ')}.`;
  return `${where}.`;
}

/** `links.lte.delay=60ms,links.wifi.loss=1%` is two. */
export function partsOf(place: Pick<Finding, 'case' | 'variant'>): string[] {
  const parts = place.case === 'default' ? [] : place.case.split(/,(?=[^,=]+=)/);
  return [...parts, ...(place.variant === 'default' ? [] : [`variant ${place.variant}`])];
}

function groupOf(findings: readonly Finding[], cause: string): FailureGroup {
  const names = [...new Set(findings.map(({ expectation }) => expectation))];
  const shown = names.slice(0, 4).join(', ');
  const title = names.length > 4 ? `${shown} and ${names.length - 4} more` : shown;
  const again = [...new Set(findings.flatMap((finding) => finding.again ?? []))];
  return { title, verdict: findings[0]!.verdict, cause, findings, again };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
