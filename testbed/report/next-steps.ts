/** What a reader can do where there is no verdict on what was tested. */
import { quoteCommand, splitCommand } from '../../src/base/shell-words.ts';
import type { Result } from '../schema/result.ts';
import type { Finding } from './findings.ts';
import type { FailureGroup } from './group-failures.ts';
import { keepFlags } from './typed-flags.ts';

export interface NextStep {
  readonly text: string;
  readonly command: string | undefined;
}

/** For all groups of a verdict, each step once. */
export function nextStepsFor(groups: readonly FailureGroup[], result: Result): NextStep[] {
  const steps = groups.flatMap((group) => stepsFor(group, result));
  return [...new Map(steps.map((step) => [`${step.text} ${step.command}`, step])).values()];
}

function stepsFor(group: FailureGroup, result: Result): NextStep[] {
  switch (group.verdict) {
    case 'fail':
      return [];
    case 'inconclusive':
      return forInconclusive(group, result);
    case 'invalid':
      return forInvalid(result);
    case 'unsupported':
      return forUnsupported(group, result);
  }
}

function forInconclusive({ findings }: FailureGroup, result: Result): NextStep[] {
  if (result.run.interrupted) {
    return [goOn('The run was cut off. Go on where it stopped:', result)];
  }
  const isCut = ({ cause }: Finding): boolean => cause?.kind === 'not-run' && cause.by === 'budget';
  const isDecidedByMore = !findings.every(isCut);
  return [
    ...(findings.some(isCut)
      ? [goOn('The budget ended before all samples. Run the rest:', result)]
      : []),
    ...(isDecidedByMore ? [takeMore(result)] : []),
  ];
}

function takeMore(result: Result): NextStep {
  const most = result.rows.reduce((sum, row) => Math.max(sum, row.n), 1);
  return {
    text: 'The interval reaches across the bound. Take more samples, or say in the scenario what is really needed:',
    command: runOf(result, ['--repeat', String(Math.max(15, 3 * most))]),
  };
}

/** A run is gone on with in its own folder, with all that makes it the same run. */
const ofTheSameRun = {
  valued: ['--repeat', '--case', '--variant', '--sample', '--out', '--history'],
  bare: ['--capture', '--capture-failed'],
};

function goOn(text: string, result: Result): NextStep {
  const { command } = result.run;
  if (command[1] !== 'run') {
    return {
      text: 'Samples are missing. Run each part that was cut off again with --resume, then the same command once more:',
      command: quoteCommand(command),
    };
  }
  return { text, command: runOf(result, [...keepFlags(command, ofTheSameRun), '--resume']) };
}

function forInvalid(result: Result): NextStep[] {
  const again = { text: 'Then run it again:', command: runOf(result) };
  if (result.lab === 'sim') {
    return [
      {
        text: 'Virtual time has no rig to be off: look at the ceiling or the event it names.',
        command: undefined,
      },
      again,
    ];
  }
  return [
    {
      text: 'Let nothing else run on this machine, and see what the rig lacks:',
      command: 'ropewalk doctor',
    },
    {
      text: 'Measure links and boxes anew:',
      command: quoteCommand([
        ...['ropewalk', 'calibrate', result.file, '--lab', result.lab],
        ...keepFlags(saidBefore(result), { valued: mininetFlags }),
      ]),
    },
    again,
  ];
}

/** A reason that names a lab is about where it ran; `or run it` elsewhere is said where this machine lacks something. */
function forUnsupported({ findings }: FailureGroup, result: Result): NextStep[] {
  const reasons = findings.map(({ why }) => why).join('\n');
  const labs = [...reasons.matchAll(/--lab ([a-z]+)/g)].map(([, lab]) => lab!);
  const elsewhere = [...new Set(labs)].filter((lab) => lab !== result.lab);
  const isOfMachine = elsewhere.length === 0 || /or run it /.test(reasons);
  return [
    ...elsewhere.map((lab) => ({
      text: `The ${result.lab} lab can't run it here, the ${lab} lab may. Run it there:`,
      command: runOf({ ...result, lab }),
    })),
    ...(isOfMachine
      ? [{ text: 'See what this machine lacks, and how to get it:', command: 'ropewalk doctor' }]
      : []),
  ];
}

const mininetFlags = ['--mininet', '--mininet-config', '--mininet-proxy'];

/** What is typed to run all of it once more: a lab, an engine or a seed that was chosen is chosen again. */
function runOf(result: Result, more: readonly string[] = []): string {
  const { file, lab } = result;
  const chosen = ['--engine', '--seed', ...(lab === 'mininet' ? mininetFlags : [])];
  return quoteCommand([
    ...['ropewalk', 'run', file],
    ...(lab === 'sim' ? [] : ['--lab', lab]),
    ...keepFlags(saidBefore(result), { valued: chosen }),
    ...more,
  ]);
}

/** A row's command says what differs from the file, also where the run was of another verb. */
function saidBefore({ rows, run }: Result): readonly string[] {
  const again = rows.find((row) => row.again !== undefined)?.again;
  return again === undefined ? run.command : splitCommand(again);
}
