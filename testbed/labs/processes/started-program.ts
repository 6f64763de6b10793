/** A program of the plan as a lab of real time handles it, whatever it is made of. */
import type { PlannedProgram } from '../../plan/plan.ts';

export interface StartedProgram {
  readonly planned: PlannedProgram;
  /** Everything is loaded, so that `begin` takes no time; it also resolves where that failed. */
  readonly prepared: Promise<void>;
  /** At once, or as soon as it is prepared. What becomes of it is told by records. */
  begin(): void;
  /** The run is over: resolves when it is gone. */
  stop(): Promise<unknown>;
  /** Its node crashed: it is ended without a word. Resolves when it is gone. */
  kill(): Promise<void>;
  /** It had more to do when its node crashed. */
  readonly diedWithNode: boolean;
}
