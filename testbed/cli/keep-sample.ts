/** `run --keep`: one sample, whose lab stays where it fell short, to be looked at from elsewhere. */
import { once } from 'node:events';
import { InputError, UnsupportedError } from '../../src/base/errors.ts';
import type { KeepingLab } from '../labs/keep/keeping-lab.ts';
import type { LabName } from '../labs/lab.ts';
import { verdictOf } from '../report/exit-code.ts';
import type { Result } from '../schema/result.ts';
import type { RunFlags, SampleChoice } from './run-flags.ts';
import type { Session } from './session.ts';
import { chooseTrustedLab } from './trusted-lab.ts';

export interface SampleKeeper {
  readonly lab: KeepingLab;
  note(result: Result): void;
  /** Where it did not pass: until somebody takes its lab down, or interrupts. */
  stay(session: Session): Promise<void>;
}

export async function openSampleKeeper(flags: RunFlags): Promise<SampleKeeper> {
  const { isKeepable, raiserOf } = await import('../labs/keep/raise-kept.ts');
  const trusted = await chooseTrustedLab(flags.lab);
  if (!isKeepable(trusted.name)) throw notKept(trusted.name);
  const { KeepingLab } = await import('../labs/keep/keeping-lab.ts');
  const lab = new KeepingLab(trusted, await raiserOf(trusted.name));
  const results: Result[] = [];
  return {
    lab,
    note: (result) => void results.push(result),
    stay: async (session) => {
      await using _ = lab;
      const [result] = results;
      const isWanted = result !== undefined && verdictOf(result) !== 'pass';
      if (isWanted && !session.terminal.signal.aborted) await keepUp(lab, result, session);
    },
  };
}

function notKept(lab: LabName): UnsupportedError {
  return new UnsupportedError({
    code: 'lab-not-kept',
    message: `a lab of ${lab} cannot be kept: it does not stand on this machine by itself`,
    hint: 'run the sample on the kernel: --lab netns --keep, or --lab docker --keep',
  });
}

/** Of several, nobody could say beforehand whose lab is wanted. */
export function refuseSeveral(choices: readonly SampleChoice[]): void {
  const [first] = choices;
  const { cases, variants, samples } = first!;
  if (choices.length * cases.length * variants.length * samples.length === 1) return;
  const chosen = [
    ...(cases.length > 1 ? [`--case '${cases[0]}'`] : []),
    ...(variants.length > 1 ? [`--variant ${variants[0]}`] : []),
    ...(samples.length > 1 ? ['--sample 1'] : []),
  ];
  throw new InputError({
    code: 'keep-one',
    message: '--keep leaves the lab of one sample standing, and this run has more of them',
    hint: `choose one: ${['ropewalk run', first!.loaded.file, ...chosen, '--keep'].join(' ')}`,
  });
}

async function keepUp(lab: KeepingLab, result: Result, session: Session): Promise<void> {
  const { terminal } = session;
  const { findKeptFolders } = await import('../labs/keep/kept-folder.ts');
  const { RequestDesk } = await import('../labs/keep/request-desk.ts');
  const taken = new Set(findKeptFolders().map(({ card }) => card.name));
  const name = freeName(result.scenario, taken);
  await using kept = lab.adopt(name, result.file);
  if (kept === undefined) return;
  const end = new AbortController();
  const desk = await RequestDesk.open(kept, () => end.abort());
  terminal.say(
    `its lab stands as ${name} until you interrupt this, or type: ropewalk down ${name}\n`,
  );
  await once(AbortSignal.any([end.signal, terminal.signal]), 'abort');
  await kept[Symbol.asyncDispose]();
  desk.sayGone();
  await desk[Symbol.asyncDispose]();
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(name)) return name;
  }
}
