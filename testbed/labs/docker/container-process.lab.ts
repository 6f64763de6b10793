import test from 'ava';
import { Ledger } from '../ledger/ledger.ts';
import { newRunId } from '../ledger/run-id.ts';
import { ContainerProcess } from './container-process.ts';
import { ExecDeaths } from './exec-deaths.ts';
import { idleArgv } from './idle-command.ts';
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
  const name = `rw-${runId}-0`;
  const labels = { [label.run]: runId, [label.node]: 'phone' };
  const options = { name, Image: image, Cmd: idleArgv, Labels: labels };
  const container = await docker.createContainer({
    ...options,
    HostConfig: { NetworkMode: 'none' },
  });
  const deaths = await ExecDeaths.watch(docker, runId);
  await container.start();
  const { State: state } = await container.inspect();
  test.after.always(async () => {
    deaths[Symbol.dispose]();
    await removeFromEngines([{ kind: 'container', name, runId, image, socketPath }]);
  });

  const place = {
    docker,
    container,
    node: 'phone',
    memoryBytes: undefined,
    pid: state.Pid,
    deaths,
  };
  const start = (...argv: readonly string[]) => new ContainerProcess(place, { argv, env: {} }, []);

  test('what is over at once has begun, and its words and its code are heard', async (t) => {
    const all = Array.from({ length: 8 }, () => start('sh', '-c', 'echo over; exit 5'));
    for (const one of all) {
      t.deepEqual(await one.exited, { kind: 'exited', code: 5 });
      t.is(await one.begun, state.Pid);
      t.deepEqual(one.lastLines, ['over']);
    }
  });

  test('what cannot be started never began, and the engine says why', async (t) => {
    const one = start('/no/such/command');
    const exit = await one.exited;
    t.true(exit.kind === 'not-started' || (exit.kind === 'exited' && exit.code >= 126));
    t.is(await one.begun, 0);
  });

  test('all of a process group hear of its end, and what does not listen is killed', async (t) => {
    const polite = start('sh', '-c', 'trap "echo bye; exit 3" TERM; echo up; sleep 100 & wait');
    await polite.begun;
    const deaf = start('sh', '-c', 'trap "" TERM; echo up; while :; do sleep 100; done');
    await deaf.begun;
    deaf.signal('SIGKILL');
    t.deepEqual(await deaf.exited, { kind: 'killed', signal: 'SIGKILL' });
    const exit = await polite.stop();
    t.true(polite.isGone);
    t.true(exit.kind === 'killed' || exit.kind === 'exited');
  });
}
