/** What the plan has to know of programs that a scenario names. */
export interface BuiltIn {
  /** It comes to an end by itself, so the run waits for it; and it speaks first. */
  readonly finishes: boolean;
}

export const builtIns: Readonly<Record<string, BuiltIn>> = {
  echo: { finishes: false },
  'nat-probe': { finishes: true },
  'nat-probe-server': { finishes: false },
};
