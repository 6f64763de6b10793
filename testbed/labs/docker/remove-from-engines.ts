/** Takes away what a ledger names of an engine, and nothing that only has the same name. */
import { setTimeout } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { EngineEntry, LedgerEntry } from '../ledger/ledger-entry.ts';
import type { KernelEntry } from '../ledger/take-away.ts';
import { openEngine } from './find-engine.ts';
import { label } from './node-container.ts';

export type EngineThing = Exclude<LedgerEntry, KernelEntry>;

export interface Removal {
  /** What was still there. */
  readonly removed: readonly EngineThing[];
  /** Its engine does not run, and has it when it runs again. */
  readonly left: readonly EngineThing[];
}

export async function removeFromEngines(entries: readonly EngineThing[]): Promise<Removal> {
  const engines = new Map(
    entries.map(({ socketPath }) => [socketPath, openEngine(socketPath)] as const),
  );
  const fates = await Promise.all(
    entries.map((entry) => fateOf(engines.get(entry.socketPath)!, entry)),
  );
  const those = (fate: Fate) => entries.filter((_, at) => fates[at] === fate);
  return { removed: those('removed'), left: those('left') };
}

type Fate = 'removed' | 'left' | 'was-gone';

async function fateOf(docker: Docker, entry: EngineThing): Promise<Fate> {
  try {
    return (await removeOne(docker, entry)) ? 'removed' : 'was-gone';
  } catch (error) {
    if (silent.includes((error as EngineError).code)) return 'left';
    throw error;
  }
}

function removeOne(docker: Docker, entry: EngineThing): Promise<boolean> {
  return entry.kind === 'image'
    ? unlessGone(() => docker.getImage(entry.name).remove({ force: true }))
    : removeOurs(docker, entry);
}

const askAgainMs = 50;

/**
 * An engine goes on making what somebody asked for who was killed meanwhile; the name is taken from the
 * beginning. So a name that is not known has to be free as well, or it is waited for who has it.
 */
async function removeOurs(docker: Docker, entry: EngineEntry): Promise<boolean> {
  for (;;) {
    const run = await runOf(docker.getContainer(entry.name));
    if (run === entry.runId) return removeContainer(docker.getContainer(entry.name));
    if (run !== undefined || (await isFree(docker, entry))) return false;
    await setTimeout(askAgainMs);
  }
}

/** Undefined: there is no such container; empty: it is nobody's run. */
async function runOf(container: Docker.Container): Promise<string | undefined> {
  let run: string | undefined;
  await unlessGone(async () => {
    const { Config: config } = await container.inspect();
    run = config.Labels[label.run] ?? '';
  });
  return run;
}

/** Whoever can take a name finds out whether it is free. Without the image nothing can be in the making. */
async function isFree(docker: Docker, { name, image, runId }: EngineEntry): Promise<boolean> {
  try {
    const labels = { [label.run]: runId };
    const taken = await docker.createContainer({
      ...{ name, Image: image, Cmd: ['true'], Labels: labels },
    });
    await removeContainer(taken);
    return true;
  } catch (error) {
    const { statusCode } = error as EngineError;
    if (statusCode === 409) return false;
    if (statusCode === 404) return true;
    throw error;
  }
}

/** True: it was there, and is not any more. */
export function removeContainer(container: Docker.Container): Promise<boolean> {
  return unlessGone(() => container.remove({ force: true, v: true }));
}

interface EngineError extends Error {
  readonly statusCode?: number;
  readonly code?: string;
}

/** 404: no such thing; 409: somebody else is removing it already. */
const gone: readonly (number | undefined)[] = [404, 409];
/** Nobody listens: it does not run. */
const silent: readonly (string | undefined)[] = ['ENOENT', 'ECONNREFUSED'];

async function unlessGone(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (gone.includes((error as EngineError).statusCode)) return false;
    throw error;
  }
}
