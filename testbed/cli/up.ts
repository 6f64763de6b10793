import { basename, dirname, extname, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { UnsupportedError } from '../../src/base/errors.ts';
import { prepareCase } from '../campaign/prepare.ts';
import type { KeepableLab, KeeperOrder, LabReport } from '../labs/keep/messages.ts';
import type { Plan, PlannedProgram } from '../plan/plan.ts';
import { formatJson } from '../report/json.ts';
import { formatRaised } from './lab-text.ts';
import { refuseWithoutRoot } from './needs-root.ts';
import { chooseLab, parseSeed } from './options.ts';
import { readScenarioOrTopology } from './read-topology.ts';
import { chooseSamples } from './run-flags.ts';
import type { Session } from './session.ts';

interface UpFlags {
  readonly lab: string;
  readonly name?: string;
  readonly case?: string;
  readonly variant?: string;
  readonly seed?: number;
  readonly programs: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  ropewalk up topologies/dual-homed.yaml
  ropewalk up scenarios/ping.yaml --name mine --no-programs
and then: ropewalk ps, exec, shell, capture, down`;

export function addUp(program: Command, session: Session): void {
  program
    .command('up')
    .description('set a topology up and leave it standing, to work in it')
    .argument('<file>', 'a topology, or a scenario whose topology and services are wanted')
    .option('--lab <name>', 'where it stands; a lab that is kept needs the real kernel', 'netns')
    .option('--name <name>', 'what to call it; the name of the file if not given', parseLabName)
    .option('--case <id>', 'this case of the scenario; the first one if not given')
    .option('--variant <name>', 'this variant of the scenario; the first one if not given')
    .option('--seed <number>', 'instead of the one in the file', parseSeed)
    .option('--no-programs', 'nodes and links only')
    .option('--out <folder>', 'for what programs print; reports/runs/_kept/<name> if not given')
    .option('--json', 'print what stands as JSON and nothing else')
    .addHelpText('after', examples)
    .action((file: string, flags: UpFlags) => raise(file, flags, session));
}

export function parseLabName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/.test(text)) return text;
  throw new InvalidArgumentError('Write letters, digits, dots and hyphens, 40 at most.');
}

async function raise(file: string, flags: UpFlags, session: Session): Promise<void> {
  const { terminal } = session;
  const plan = planOf(file, flags);
  const name = flags.name ?? nameOf(file);
  const lab = await chooseKeepable(plan, flags.lab, session);
  const { findKeptFolders, refuseTakenName } = await import('../labs/keep/kept-folder.ts');
  refuseTakenName(name, findKeptFolders());
  const { startKeeper } = await import('../labs/keep/start-keeper.ts');
  const order: KeeperOrder = {
    ...{ name, file, plan, lab },
    scenarioFolder: resolve(dirname(file)),
    outputFolder: resolve(flags.out ?? `reports/runs/_kept/${name}`),
  };
  const report = await startKeeper(order, terminal.signal);
  if (report === undefined) {
    terminal.say('interrupted: nothing is left standing\n');
    session.exitWith(session.interrupted() ?? 0);
  } else show(report, flags, session);
}

function show(report: LabReport, { json }: UpFlags, { terminal }: Session): void {
  const viaSudo = process.env['SUDO_UID'] !== undefined;
  terminal.print(json ? formatJson(report.card) : formatRaised(report, viaSudo));
}

/** `topologies/dual-homed.yaml` is `dual-homed`. */
function nameOf(file: string): string {
  const name = basename(file, extname(file)).replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return name.replace(/^[^A-Za-z0-9]+/, '').slice(0, 40) || 'lab';
}

/** Of the scenario what stands there all the time: nothing happens by itself in a kept lab. */
function planOf(file: string, flags: UpFlags): Plan {
  const loaded = readScenarioOrTopology(file);
  const { cases, variants, seed } = chooseSamples(loaded, flags);
  const { plan } = prepareCase(loaded, { caseId: cases[0]!, variant: variants[0]! }, seed);
  const programs = flags.programs ? plan.programs.filter(isService) : [];
  return { ...plan, programs, watches: [], events: [] };
}

function isService({ traffic, awaited, opens }: PlannedProgram): boolean {
  return traffic === undefined && !awaited && !opens;
}

async function chooseKeepable(
  plan: Plan,
  name: string,
  { command }: Session,
): Promise<KeepableLab> {
  const lab = await chooseLab(name);
  const { isKeepable } = await import('../labs/keep/raise-kept.ts');
  if (!isKeepable(lab.name)) {
    throw new UnsupportedError({
      code: 'lab-not-kept',
      message: `a lab of ${lab.name} cannot be kept: it does not stand on this machine by itself`,
      hint: 'leave --lab out, and it stands on the kernel: netns; or --lab docker',
    });
  }
  refuseWithoutRoot('a lab that is kept', command);
  const lacks = lab.lacks(plan);
  if (lacks.length === 0) return lab.name;
  throw new UnsupportedError({
    code: 'lab-lacks',
    message: lacks.map(({ what }) => what).join('; '),
    hint: lacks[0]!.remedy,
  });
}
