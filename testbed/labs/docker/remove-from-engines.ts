/** Takes away what a ledger names of an engine, and nothing that only has the same name. */
import type Docker from 'dockerode';
import type { LedgerEntry } from '../ledger/ledger-entry.ts';
import type { KernelEntry } from '../ledger/take-away.ts';
import { openEngine } from './find-engine.ts';
import { label } from './node-container.ts';

export type EngineThing = Exclude<LedgerEntry, KernelEntry>;

/** What was still there. An engine that is gone has taken along what it held. */
export async function removeFromEngines(entries: readonly EngineThing[]): Promise<EngineThing[]> {
  const engines = new Map(
    entries.map(({ socketPath }) => [socketPath, openEngine(socketPath)] as const),
  );
  const found = await Promise.all(
    entries.map(async (entry) => {
      const wasThere = await removeOne(engines.get(entry.socketPath)!, entry);
      return wasThere ? [entry] : [];
    }),
  );
  return found.flat();
}

function removeOne(docker: Docker, entry: EngineThing): Promise<boolean> {
  return entry.kind === 'image'
    ? unlessGone(() => docker.getImage(entry.name).remove({ force: true }))
    : removeOurs(docker.getContainer(entry.name), entry.runId);
}

async function removeOurs(container: Docker.Container, runId: string): Promise<boolean> {
  let isOurs = false;
  await unlessGone(async () => {
    const { Config: config } = await container.inspect();
    isOurs = config.Labels[label.run] === runId;
  });
  return isOurs && removeContainer(container);
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
const gone: readonly (number | string | undefined)[] = [404, 409, 'ENOENT', 'ECONNREFUSED'];

async function unlessGone(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    const { statusCode, code } = error as EngineError;
    if (gone.includes(statusCode ?? code)) return false;
    throw error;
  }
}
