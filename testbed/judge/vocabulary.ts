/** What an expression may name, and what is probably meant by a name that is none. */
import { nearestWord } from '../../src/base/nearest.ts';
import { factNames, isFactName } from '../plan/fact-table.ts';
import {
  dimensionOfMeasure,
  hasProperty,
  isWatched,
  type QuantityDimension,
  type TrafficPropertyModel,
  type TrafficSource,
  trafficPropertyTable,
} from '../schema/metric-table.ts';
import type { Scenario } from '../schema/model.ts';
import { listSome, listWords } from '../schema/quote.ts';
import type { JudgeErrorCode } from './error-codes.ts';
import { splitName } from './evaluate.ts';

export interface Vocabulary {
  readonly scenario: Scenario;
  /** Other names than the one `default`. */
  readonly variants: readonly string[];
  /** Of an event: it knows only what is counted during the run. */
  readonly isCondition: boolean;
  readonly known: ReadonlyMap<string, QuantityDimension>;
}

/** What a name is, or what is wrong with it. */
export type NameReading = QuantityDimension | NameProblem;

interface NameProblem {
  readonly code: JudgeErrorCode;
  readonly message: string;
  readonly hint: string;
}

export function createVocabulary(
  scenario: Scenario,
  variants: readonly string[],
  isCondition: boolean,
): Vocabulary {
  const named = comparableVariants(variants);
  const known = isCondition ? liveNames(scenario) : metricNames(scenario);
  return { scenario, variants: isCondition ? [] : named, isCondition, known };
}

/** A file without variants has one that can't be named. */
export function comparableVariants(variants: readonly string[]): readonly string[] {
  return variants.length > 1 ? variants : [];
}

function metricNames(scenario: Scenario): Map<string, QuantityDimension> {
  const names = new Map<string, QuantityDimension>();
  for (const measure of scenario.measures) {
    const { name, what } = measure;
    names.set(name, dimensionOfMeasure(measure));
    if (what === 'delivery-gap') names.set(`${name}.before`, 'time');
  }
  for (const [name, source] of trafficOf(scenario)) {
    for (const [property, { dimension }] of propertiesOf(source)) {
      names.set(`${name}.${property}`, dimension);
    }
  }
  return names;
}

function liveNames(scenario: Scenario): Map<string, QuantityDimension> {
  const names = trafficOf(scenario).flatMap(([name, source]) =>
    propertiesOf(source)
      .filter(([, { live }]) => live)
      .map(([property, { dimension }]) => [`${name}.${property}`, dimension] as const),
  );
  return new Map(names);
}

/** All that can be measured like traffic: Ropewalk's own, and flows that are watched. */
function trafficOf({ traffic, watches }: Scenario): (readonly [string, TrafficSource])[] {
  return [
    ...traffic.map(({ name, generator }) => [name, generator] as const),
    ...watches.map(({ name, protocol }) => [name, `watched-${protocol}`] as const),
  ];
}

function propertiesOf(source: TrafficSource): [string, TrafficPropertyModel][] {
  return Object.entries<TrafficPropertyModel>(trafficPropertyTable).filter(([, model]) =>
    hasProperty(source, model),
  );
}

export function readName(path: readonly string[], vocabulary: Vocabulary): NameReading {
  const { metric } = splitName(path, vocabulary.variants);
  return vocabulary.known.get(metric) ?? explainName(path, vocabulary);
}

type Explain = (text: string, vocabulary: Vocabulary) => NameProblem | undefined;

function explainName(path: readonly string[], vocabulary: Vocabulary): NameProblem {
  const text = path.join('.');
  for (const explain of explanations) {
    const problem = explain(text, vocabulary);
    if (problem) return problem;
  }
  const { known, variants } = vocabulary;
  const names = [...known.keys()];
  const others = variants.flatMap((variant) => names.map((name) => `${variant}.${name}`));
  const near = nearestWord(text, [...names, ...others, ...Object.keys(factNames)]);
  const hint = near === undefined ? `there is ${listSome(names, 8)}` : `did you mean ${near}?`;
  return unknown(`there is nothing called ${text}`, names.length === 0 ? noNames : hint);
}

const noNames = 'the scenario has neither a measure nor a traffic to name';

function unknown(message: string, hint: string): NameProblem {
  return { code: 'unknown-name', message, hint };
}

const explanations: readonly Explain[] = [
  explainLate,
  explainTraffic,
  explainVariant,
  explainFact,
  explainPlace,
];

function explainLate(text: string, { isCondition, scenario, known }: Vocabulary) {
  if (!isCondition || !metricNames(scenario).has(text)) return undefined;
  const names = [...known.keys()];
  const hint = names.length === 0 ? noNames : `an event can wait for ${listSome(names, 8)}`;
  return { code: 'not-live', message: `${text} is known only after the run`, hint } as const;
}

function explainTraffic(text: string, { scenario, known }: Vocabulary) {
  const [name, ...rest] = text.split('.');
  const [, source] = trafficOf(scenario).find(([one]) => one === name) ?? [];
  if (source === undefined || known.has(name!)) return undefined;
  const own = [...known.keys()].filter((one) => one.startsWith(`${name}.`));
  const property = rest.join('.');
  const all = `it has ${listSome(own, 12)}`;
  if (property === '') return unknown(`${name} is a traffic, not a value`, all);
  if (Object.hasOwn(trafficPropertyTable, property)) {
    const kind = describeSource(source);
    return unknown(`${name} is ${kind}: it has no ${property}`, all);
  }
  const near = nearestWord(text, own);
  return unknown(
    `a traffic has no property ${property}`,
    near === undefined ? all : `did you mean ${near}?`,
  );
}

function describeSource(source: TrafficSource): string {
  if (source === 'request-response') return source;
  return isWatched(source) ? 'a watched flow' : 'a stream';
}

function explainVariant(text: string, { variants, known }: Vocabulary) {
  if (!variants.includes(text)) return undefined;
  const [first] = known.keys();
  const hint = first === undefined ? noNames : `write one of its values: ${text}.${first}`;
  return unknown(`${text} is a variant, not a value`, hint);
}

function explainFact(text: string) {
  if (!isFactName(text)) return undefined;
  return unknown(`${text} is asked of a place`, `write ${factNames[text].signature}`);
}

function explainPlace(text: string, { scenario, isCondition }: Vocabulary) {
  const { links, nodes } = scenario.topology;
  const isLink = links.some((link) => link.name === text);
  if (!isLink && !nodes.some((node) => node.name === text)) return undefined;
  const facts = isLink
    ? [`rtt(${text})`, `queueing(${text})`]
    : nodes.filter((node) => node.name !== text).map((node) => `rtt(${text}, ${node.name})`);
  const hint = `ask for a fact of it: ${listWords(facts.slice(0, 2))}`;
  const message = `${text} is a ${isLink ? 'link' : 'node'}, not a value`;
  return unknown(message, isCondition || facts.length === 0 ? 'name what a traffic did' : hint);
}
