/** What is said of each lab: what it needs, what is there, and the command that adds the rest. */
export interface Diagnosis {
  readonly labs: readonly LabDiagnosis[];
}

export interface LabDiagnosis {
  readonly lab: string;
  /** It can run now: no need that it can't do without is open. */
  readonly ready: boolean;
  readonly needs: readonly Need[];
}

export interface Need {
  /** `a TAP device` */
  readonly name: string;
  /** What it is for, where the lab runs without it: `links with engine: kernel and a delay`. */
  readonly only: string | undefined;
  readonly isMet: boolean;
  /** `kernel 6.18`, `not found` */
  readonly found: string;
  /** The next thing to type or to do; undefined: nothing. */
  readonly remedy: string | undefined;
}

export function need(
  name: string,
  isMet: boolean,
  parts: { readonly found: string; readonly remedy?: string | undefined; readonly only?: string },
): Need {
  const { found, remedy, only } = parts;
  return { name, only, isMet, found, remedy: isMet ? undefined : remedy };
}

export function labDiagnosis(lab: string, needs: readonly Need[]): LabDiagnosis {
  const ready = needs.every(({ isMet, only }) => isMet || only !== undefined);
  return { lab, ready, needs };
}
