/** `run --watch`: in virtual time a scenario is run again faster than one looks up. */
import { InputError } from '../../src/base/errors.ts';
import { runCampaign } from '../campaign/campaign.ts';
import { formatTable } from '../report/table.ts';
import { reportFailure } from './failure.ts';
import { readScenarios } from './read-scenarios.ts';
import { chooseSamples, type RunFlags } from './run-flags.ts';
import { SaveWatch } from './save-watch.ts';
import { createRunner } from './scenario-runner.ts';
import type { Session } from './session.ts';

/** Until interrupted. A file that is wrong for a while is said to be, and waited for. */
export async function watchRuns(
  files: readonly string[],
  flags: RunFlags,
  session: Session,
): Promise<void> {
  refuseToWatch(flags);
  const runOne = await createRunner(flags, session);
  let savedMs: number | undefined;
  for (let known = files; ; ) {
    using watch = new SaveWatch(known, session.terminal.signal);
    try {
      const scenarios = readScenarios(files);
      known = [...files, ...scenarios.flatMap((one) => one.files.map(({ path }) => path))];
      watch.add(known);
      for (const loaded of scenarios) {
        await runOne(chooseSamples(loaded, flags), async (options) => {
          const result = await runCampaign(options);
          const { terminal } = session;
          terminal.print(`${formatTable(result, options.folder.path, terminal.look)}\n`);
        });
      }
      if (savedMs !== undefined) sayHowSoon(performance.now() - savedMs, session);
    } catch (error) {
      reportFailure(error, session);
    }
    if (!(await watch.saved)) break;
    savedMs = watch.heardMs;
  }
  session.exitWith(session.interrupted() ?? 0);
}

function sayHowSoon(tookMs: number, { terminal }: Session): void {
  terminal.say(`verdict ${tookMs.toFixed(0)} ms after the save\n`);
}

function refuseToWatch({ lab, shard, dryRun }: RunFlags): void {
  if (lab === 'sim' && shard === undefined && !dryRun) return;
  throw new InputError({
    code: 'command-line',
    message: '--watch runs whole scenarios in virtual time',
    hint: 'leave --lab, --shard and --dry-run out',
  });
}
