/** What each lab needs, what of it is there, and the command that adds the rest. */
import Table from 'cli-table3';
import { Argument, type Command } from 'commander';
import { explainTransports } from '../../src/cli/onload.ts';
import { defaultHierarchies } from '../../src/sockets/transport-hierarchy.ts';
import { labNames } from '../labs/lab.ts';
import { diagnose } from '../labs/needs/diagnose.ts';
import type { Diagnosis, LabDiagnosis, Need } from '../labs/needs/diagnosis.ts';
import { readMachineState } from '../labs/needs/read-machine-state.ts';
import { formatJson } from '../report/json.ts';
import { type Look, paint } from '../report/paint.ts';
import type { Session } from './session.ts';

const examples = `
Examples:
  ropewalk doctor
  sudo env "PATH=$PATH" npx ropewalk doctor     tries the kernel's parts as well
  ropewalk doctor netns --json`;

export function addDoctor(program: Command, session: Session): void {
  program
    .command('doctor')
    .description('say what each lab needs, what is here, and how to add the rest')
    .addArgument(
      new Argument('[labs...]', 'these only; the exit code is 5 if one is not ready').choices(
        labNames,
      ),
    )
    .option('--json', 'print what was found as JSON and nothing else')
    .addHelpText('after', examples)
    .action((labs: string[], flags: { json?: boolean }) => examine(labs, flags, session));
}

const unsupported = 5;

async function examine(
  asked: readonly string[],
  flags: { json?: boolean },
  { terminal, exitWith }: Session,
): Promise<void> {
  const state = await readMachineState();
  const all = diagnose(state);
  const labs = asked.length === 0 ? all.labs : all.labs.filter(({ lab }) => asked.includes(lab));
  const diagnosis: Diagnosis = { labs };
  terminal.print(
    flags.json
      ? formatJson({ machine: state, ...diagnosis })
      : formatDiagnosis(diagnosis, terminal.look),
  );
  if (asked.length === 0 && !flags.json)
    terminal.print(`\n${await explainTransports(defaultHierarchies)}\n`);
  const wanted = asked.length === 0 ? labs.filter(({ lab }) => lab === 'sim') : labs;
  if (wanted.some(({ ready }) => !ready)) exitWith(unsupported);
}

/** One block a lab: what stands in few words, what is open with the way to get it. */
export function formatDiagnosis({ labs }: Diagnosis, look: Look): string {
  return `${labs.map((lab) => formatLab(lab, look)).join('\n\n')}\n`;
}

function formatLab({ lab, ready, needs }: LabDiagnosis, look: Look): string {
  const word = ready ? paint('green', 'ready', look) : paint(['red', 'bold'], 'not ready', look);
  const table = new Table({
    colWidths: [11, ...widthsOf(needs, look.columns)],
    wordWrap: true,
    chars: noLines,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const one of needs) table.push([markOf(one, look), one.name, one.found, remedyOf(one)]);
  return `${paint('bold', lab, look)}: ${word}\n${table.toString().replaceAll(/[ \t]+$/gm, '')}`;
}

/** An open need that leaves the lab running is no fault. */
function markOf({ isMet, only }: Need, look: Look): string {
  if (isMet) return paint('green', 'there', look);
  return only === undefined
    ? paint(['red', 'bold'], 'missing', look)
    : paint('yellow', 'without', look);
}

function remedyOf({ isMet, remedy = '', only }: Need): string {
  if (isMet) return '';
  return only === undefined ? remedy : `only for ${only}: ${remedy}`;
}

function widthsOf(needs: readonly Need[], columns: number): [number, number, number] {
  const name = 2 + Math.max(...needs.map((one) => one.name.length));
  const found = 2 + Math.min(32, Math.max(...needs.map((one) => one.found.length)));
  return [name, found, Math.max(40, columns - 11 - name - found)];
}

const noLines = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'right', 'right-mid', 'mid', 'mid-mid', 'middle'],
  ].map((place) => [place, '']),
);
