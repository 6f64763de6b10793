/** What a reader can do where there is no verdict on what was tested. */
import type { Result } from '../schema/result.ts';
import type { FailureGroup } from './group-failures.ts';

export interface NextStep {
  readonly text: string;
  readonly command: string | undefined;
}

export function nextStepsFor(group: FailureGroup, result: Result): NextStep[] {
  switch (group.verdict) {
    case 'fail':
      return [];
    case 'inconclusive':
      return forInconclusive(result);
    case 'invalid':
      return forInvalid(result);
    case 'unsupported':
      return [
        { text: 'See what this machine lacks, and how to get it:', command: 'ropewalk doctor' },
      ];
  }
}

function forInconclusive(result: Result): NextStep[] {
  const { run, rows } = result;
  if (run.interrupted) {
    return [
      {
        text: 'The run was cut off. Go on where it stopped:',
        command: `${runOf(result)} --resume`,
      },
    ];
  }
  const most = rows.reduce((sum, row) => Math.max(sum, row.n), 1);
  return [
    {
      text: 'The interval reaches across the bound. Take more samples, or say in the scenario what is really needed:',
      command: `${runOf(result)} --repeat ${Math.max(15, 3 * most)}`,
    },
  ];
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
      command: `ropewalk calibrate ${result.file} --lab ${result.lab}`,
    },
    again,
  ];
}

function runOf({ file, lab }: Result): string {
  return `ropewalk run ${file}${lab === 'sim' ? '' : ` --lab ${lab}`}`;
}
