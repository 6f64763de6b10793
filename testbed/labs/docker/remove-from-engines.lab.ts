import test from 'ava';
import { Ledger } from '../ledger/ledger.ts';
import type { EngineEntry } from '../ledger/ledger-entry.ts';
import { newRunId } from '../ledger/run-id.ts';
import { ensureImage } from './make-image.ts';
import { label } from './node-container.ts';
import { removeFromEngines } from './remove-from-engines.ts';
import { engineOrReason } from './testing-engine.ts';

const engine = await engineOrReason();
if (engine !== undefined) {
  const { docker, socketPath } = engine;
  const runId = newRunId();
  await using ledger = Ledger.open('docker', runId);
  const image = await ensureImage({ ...engine, ledger, say: () => {} });
  const entryOf = (name: string): EngineEntry => ({
    ...{ kind: 'container', name: `rw-${runId}-${name}`, runId, image, socketPath },
  });

  const start = async (entry: EngineEntry, labels: Readonly<Record<string, string>>) => {
    const container = await docker.createContainer({
      ...{ name: entry.name, Image: image, Cmd: ['sleep', 'infinity'], Labels: { ...labels } },
      HostConfig: { NetworkMode: 'none' },
    });
    await container.start();
    return container;
  };

  test('a container of the run is removed while it runs, and one that is not there is none', async (t) => {
    const [there, notThere] = [entryOf('there'), entryOf('not-there')];
    const container = await start(there, { [label.run]: runId });
    t.deepEqual(await removeFromEngines([there, notThere]), { removed: [there], left: [] });
    await t.throwsAsync(container.inspect(), { message: /no such container/i });
  });

  test('a container that only has the name stays as it is', async (t) => {
    const [others, nobodys] = [entryOf('others'), entryOf('nobodys')];
    const containers = [await start(others, { [label.run]: 'zzzzz' }), await start(nobodys, {})];
    t.deepEqual(await removeFromEngines([others, nobodys]), { removed: [], left: [] });
    for (const container of containers) {
      const { State: state } = await container.inspect();
      t.true(state.Running);
      await container.remove({ force: true });
    }
  });

  test('what an engine holds that does not run is left to it', async (t) => {
    const entry = { ...entryOf('elsewhere'), socketPath: '/run/nobody.sock' };
    t.deepEqual(await removeFromEngines([entry]), { removed: [], left: [entry] });
  });

  test('a container that is still being made when it is asked for goes as well', async (t) => {
    const entries = Array.from({ length: 4 }, (_, at) => entryOf(`late-${at}`));
    const making = entries.map((entry) => start(entry, { [label.run]: runId }).catch(() => {}));
    await removeFromEngines(entries);
    await Promise.all(making);
    await removeFromEngines(entries);
    const named = await docker.listContainers({
      all: true,
      filters: { label: [`${label.run}=${runId}`] },
    });
    t.deepEqual(named, []);
  });
}
