/** Looks at a topology's links and NAT boxes on this machine, and says what it saw. */
import type { Command } from 'commander';
import { UnsupportedError } from '../../src/base/errors.ts';
import { prepareCase } from '../campaign/prepare.ts';
import type { CalibrationRow } from '../labs/calibration/judge-calibration.ts';
import type { Lab } from '../labs/lab.ts';
import type { Plan } from '../plan/plan.ts';
import { exitOf } from '../report/exit-code.ts';
import { formatJson } from '../report/json.ts';
import { addMininetOptions, type MininetFlags } from './mininet-flags.ts';
import { chooseLab } from './options.ts';
import { formatPlainTable } from './plain-table.ts';
import { readScenarioOrTopology } from './read-topology.ts';
import type { Session } from './session.ts';
import { calibrationsOf } from './trusted-lab.ts';

interface CalibrateFlags extends MininetFlags {
  readonly lab: string;
  readonly again?: boolean;
  readonly json?: boolean;
}

const examples = `
Examples:
  ropewalk calibrate topologies/dual-homed.yaml
  ropewalk calibrate scenarios/nat-grid.yaml --again     measures what is known as well`;

export function addCalibrate(program: Command, session: Session): void {
  const command = program
    .command('calibrate')
    .description('measure the delays, rates and NAT boxes of a topology on this machine')
    .argument('<file>', 'a topology, or a scenario with all its cases and variants')
    .option('--lab <name>', 'a lab of real time', 'netns')
    .option('--again', 'whatever was found before, since this machine was booted')
    .option('--json', 'print what was found as JSON and nothing else')
    .addHelpText('after', examples)
    .action((file: string, flags: CalibrateFlags) => calibrateFile(file, flags, session));
  addMininetOptions(command, { lab: 'mininet' });
}

async function calibrateFile(
  file: string,
  flags: CalibrateFlags,
  { terminal, exitWith }: Session,
): Promise<void> {
  const plans = plansOf(file);
  const lab = await chooseLab(flags.lab, flags);
  refuseVirtual(lab);
  for (const plan of plans) refuseLacks(lab, plan);
  const { benchOf, calibrate } = await import('../labs/calibration/calibrate.ts');
  const cache = await calibrationsOf(lab);
  const known = flags.again ? { ...cache, find: () => undefined } : cache;
  const rows = await calibrate(plans, benchOf(lab), known);
  terminal.print(flags.json ? formatJson(rows) : formatRows(rows));
  if (rows.some(({ standing }) => standing === 'off')) exitWith(exitOf.invalid);
}

function plansOf(file: string): Plan[] {
  const loaded = readScenarioOrTopology(file);
  return loaded.cases.flatMap(({ id }) =>
    loaded.variants.map((variant) => {
      const { plan } = prepareCase(loaded, { caseId: id, variant }, loaded.seed);
      return { ...plan, programs: [], watches: [], events: [] };
    }),
  );
}

function refuseVirtual({ name }: Lab): void {
  if (name !== 'sim') return;
  throw new UnsupportedError({
    code: 'lab-not-calibrated',
    message: 'the sim lab has nothing to calibrate: virtual time is never late',
    hint: 'leave --lab out: links and boxes are then measured on this kernel',
  });
}

function refuseLacks(lab: Lab, plan: Plan): void {
  const [first, ...others] = lab.lacks(plan);
  if (first === undefined) return;
  throw new UnsupportedError({
    code: 'lab-lacks',
    message: [first, ...others].map(({ what }) => what).join('; '),
    hint: first.remedy,
  });
}

const standings = { within: 'within', off: 'OFF', 'not-measured': 'not measured' } as const;

export function formatRows(rows: readonly CalibrationRow[]): string {
  if (rows.length === 0) return 'this topology has no link or NAT box to measure\n';
  const cells = rows.map(({ setting, what, asked, seen, within, standing }) => [
    ...[standings[standing], setting, what, asked, seen],
    standing === 'not-measured' ? '' : within,
  ]);
  return formatPlainTable(['', 'setting', 'what', 'asked', 'seen', 'within'], cells);
}
