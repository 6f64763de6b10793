/** What a file without fault offers to those who run it. */
import { InputError, type SourcePlace } from '../../src/base/errors.ts';
import { nearestWord } from '../../src/base/nearest.ts';
import type { Case } from './cases.ts';
import type { Span } from './expression.ts';
import { interpret, type Sources } from './interpret.ts';
import type { Choice, LoadedScenario, SourceFile, SourcePath } from './loaded.ts';
import { locate } from './locate.ts';
import type { Scenario } from './model.ts';
import { applyOverrides, type Override } from './overrides.ts';
import { problemsIn } from './problems.ts';
import { listSome } from './quote.ts';
import { placeAt } from './source.ts';

export interface Loaded {
  readonly files: readonly SourceFile[];
  readonly sources: Sources;
  /** As the file stands, for what no case may vary. */
  readonly scenario: Scenario;
  readonly cases: readonly Case[];
  readonly variants: readonly Case[];
}

export function describeLoaded(loaded: Loaded): LoadedScenario {
  const { scenario, cases, variants, sources } = loaded;
  const { name, about, seed, repeat, looks } = scenario;
  const files = [...loaded.files, ...traceFilesOf(sources)];
  return {
    file: loaded.files[0]!.path,
    name,
    about,
    seed,
    repeat,
    looks,
    cases: cases.map(({ id }) => ({ id })),
    variants: variants.map(({ id }) => id),
    files,
    resolve: (caseId, variant, from) => {
      const read = interpret(sources, chooseOverrides(loaded, { caseId, variant }), from);
      if (read.problems.length > 0) throw problemsIn(files, read.problems);
      return read.scenario!;
    },
    placeOf: (path, span, choice) => placeIn(loaded, path, span, choice),
  };
}

function traceFilesOf({ traces }: Sources): SourceFile[] {
  return [...traces.opened.values()].flatMap(({ file }) => (file === undefined ? [] : [file]));
}

function placeIn(loaded: Loaded, path: SourcePath, span?: Span, choice?: Choice): SourcePlace {
  const { root } = loaded.sources;
  const chosen =
    choice === undefined ? root : applyOverrides(root, chooseOverrides(loaded, choice));
  return placeAt(locate(chosen, path, 'value', span));
}

/** A variant wins over a case where both say the same thing. */
function chooseOverrides(loaded: Loaded, { caseId, variant }: Choice): readonly Override[] {
  return [
    ...choose(loaded.cases, caseId, 'case').overrides,
    ...choose(loaded.variants, variant, 'variant').overrides,
  ];
}

function choose(all: readonly Case[], id: string, what: 'case' | 'variant'): Case {
  const found = all.find((one) => one.id === id);
  if (found !== undefined) return found;
  const known = all.map((one) => one.id);
  const nearest = nearestWord(id, known);
  const hint = nearest === undefined ? `there are: ${listSome(known)}` : `did you mean ${nearest}?`;
  throw new InputError({ code: `unknown-${what}`, message: `there is no ${what} ${id}`, hint });
}
