/** The verbs and what they understand. */
import { Command } from 'commander';
import { addAb } from './ab.ts';
import { addBaseline } from './baseline.ts';
import { addBisect } from './bisect.ts';
import { addCalibrate } from './calibrate.ts';
import { addCapture } from './capture.ts';
import { addChange } from './change.ts';
import { addCheck } from './check.ts';
import { addDoctor } from './doctor.ts';
import { addDown } from './down.ts';
import { addExec } from './exec.ts';
import { addExplain } from './explain.ts';
import { addExport } from './export.ts';
import { reportFailure } from './failure.ts';
import { addGc } from './gc.ts';
import { addHistory } from './history.ts';
import { addInit } from './init.ts';
import { addLinks } from './links.ts';
import { addList } from './list.ts';
import { addMerge } from './merge.ts';
import { addOnload } from './onload.ts';
import { addPs } from './ps.ts';
import { addReport } from './report.ts';
import { addRun } from './run.ts';
import { addSchema } from './schema.ts';
import type { Session } from './session.ts';
import { addShell } from './shell.ts';
import { addSweep } from './sweep.ts';
import { addTrace } from './trace.ts';
import { addUp } from './up.ts';
import { addUpgrade } from './upgrade.ts';

const welcome = `Scripted network topologies, run in virtual or in real time and judged. Three commands to try:

  ropewalk init lab                        write a small scenario to start from
  ropewalk run lab/scenarios/hello.yaml    run it and see the verdicts
  ropewalk explain lab/scenarios/hello.yaml    see what it means, before anything starts

ropewalk --help lists the verbs.
`;

export async function runCommandLine(words: readonly string[], session: Session): Promise<void> {
  if (words.length === 0) {
    session.terminal.print(welcome);
    return;
  }
  try {
    await buildProgram(session).parseAsync(words, { from: 'user' });
  } catch (error) {
    session.exitWith(reportFailure(error, session));
  }
}

function buildProgram(session: Session): Command {
  const program = new Command('ropewalk')
    .description('Write a scenario once; run it; get a number you can trust, or be told why not.')
    .version(session.version)
    .helpCommand(false)
    // `exec node command --flag`: the flags behind a verb's words are not ropewalk's.
    .enablePositionalOptions();
  for (const add of [
    addRun,
    addMerge,
    addReport,
    addHistory,
    addSweep,
    addAb,
    addBisect,
    addExport,
    addTrace,
    addBaseline,
    addCheck,
    addList,
    addExplain,
    addSchema,
    addInit,
    addUp,
    addPs,
    addExec,
    addShell,
    addCapture,
    addChange,
    addDown,
    addGc,
    addDoctor,
    addCalibrate,
    addUpgrade,
    addLinks,
    addOnload,
  ]) {
    add(program, session);
  }
  for (const command of allCommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => session.terminal.print(text),
      // The message stands in the error that is thrown: failure.ts says it.
      writeErr: () => {},
    });
  }
  return program;
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** What would be said of a command line; undefined: it is one that we take. Nothing is done. */
export async function acceptsCommandLine(words: readonly string[]): Promise<string | undefined> {
  const program = buildProgram(noSession);
  for (const command of allCommands(program)) {
    if (command.commands.length === 0) command.action(() => {});
  }
  try {
    await program.parseAsync(words, { from: 'user' });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** What each verb says of itself. */
export function verbHelps(): { readonly verb: string; readonly help: string }[] {
  return allCommands(buildProgram(noSession)).map((command) => {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    return { verb: command.name(), help };
  });
}

const noSession: Session = {
  terminal: {
    look: { colour: false, columns: 100 },
    isWatched: false,
    print: () => {},
    say: () => {},
    signal: new AbortController().signal,
  },
  command: ['ropewalk'],
  version: '',
  interrupted: () => undefined,
  exitWith: () => {},
};
