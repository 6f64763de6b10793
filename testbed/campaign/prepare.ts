/** From a file to what can be run: every case of every variant is resolved, planned and checked. */
import { InputError } from '../../src/base/errors.ts';
import { checkScenario } from '../judge/check-scenario.ts';
import type { Plan } from '../plan/plan.ts';
import { PlanError } from '../plan/plan-error.ts';
import { planScenario } from '../plan/plan-scenario.ts';
import { loadScenario } from '../schema/load.ts';
import type { Choice, LoadedScenario, ReadText } from '../schema/loaded.ts';
import type { Scenario } from '../schema/model.ts';
import { InputProblems, problemsOf } from '../schema/problems.ts';

export interface PreparedCase extends Choice {
  readonly scenario: Scenario;
  readonly plan: Plan;
}

/** Throws all that is wrong with the file, in every case and variant, at once. */
export function prepareScenario(path: string, readText: ReadText): LoadedScenario {
  const loaded = loadScenario(path, readText);
  const problems = new Map<string, InputError>();
  for (const { id } of loaded.cases) {
    for (const variant of loaded.variants) {
      for (const problem of problemsIn(loaded, { caseId: id, variant })) {
        problems.set(identityOf(problem), problem);
      }
    }
  }
  const [first, ...others] = problems.values();
  if (first !== undefined) throw new InputProblems([first, ...others]);
  return loaded;
}

export function prepareCase(loaded: LoadedScenario, choice: Choice, seed: number): PreparedCase {
  const scenario = loaded.resolve(choice.caseId, choice.variant, seed);
  return { ...choice, scenario, plan: planScenario(scenario) };
}

function problemsIn(loaded: LoadedScenario, choice: Choice): readonly InputError[] {
  try {
    const { scenario, plan } = prepareCase(loaded, choice, loaded.seed);
    return checkScenario(scenario, loaded.variants, plan).map(
      ({ path, span, code, message, hint }) =>
        new InputError({ code, message, hint, place: loaded.placeOf(path, span, choice) }),
    );
  } catch (error) {
    if (error instanceof PlanError) {
      const { code, message, hint, path, cause } = error;
      const place = loaded.placeOf(path, undefined, choice);
      return [new InputError({ code, message, hint, place, cause })];
    }
    if (error instanceof InputError) return problemsOf(error);
    throw error;
  }
}

/** The same mistake shows in many cases and is said once. */
function identityOf({ place, message }: InputError): string {
  return JSON.stringify([place?.file, place?.line, place?.column, message]);
}
