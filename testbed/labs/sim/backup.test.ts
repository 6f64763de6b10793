/** Systems 3 and 5 from end to end in virtual time: an ordinary client, an interface board, two boards. */
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../../../src/base/time.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { loadText } from '../../schema/loading.ts';
import { ofKind, runPlan, type TestedChange, type TestedRun } from './testing-run.ts';

function drawn(work: string, ofBoards: string, ofClient: string): string {
  return `
scenario: backup
nodes:
  peer: { kind: host }
  front: { kind: host, stack: own }
  first: { kind: host, stack: own }
  second: { kind: host, stack: own }
links:
  outside: { between: [peer, front], rate: 50 Mbit/s, delay: 5 ms }
  to-first: { between: [front, first], rate: 1 Gbit/s, delay: 50 us }
  to-second: { between: [front, second], rate: 1 Gbit/s, delay: 50 us }
  channel: { between: [first, second], rate: 1 Gbit/s, delay: 50 us }
programs:
  door: { on: front, run: interface-board, with: { port: 7000, boards: [to-first, to-second] } }
  one: { on: first, run: active, with: { interface: to-first, other: channel, port: 7000${ofBoards} } }
  two: { on: second, run: standby, with: { interface: to-second, other: channel, port: 7000${ofBoards} } }
  user: { on: peer, run: service-client, with: { server: { node: front, link: outside }, port: 7000, work: ${work}${ofClient} } }
`;
}

const death: TestedChange = {
  atNs: 0.06 * nsPerSecond,
  change: { kind: 'node-crash', node: 'first' },
};
const cut: TestedChange = {
  atNs: 0.06 * nsPerSecond,
  change: { kind: 'link-down', link: 'channel' },
};

function run(
  work: string,
  changes: readonly TestedChange[],
  ofBoards = '',
  ofClient = ', bytes: 512 KiB, count: 30',
): Promise<TestedRun> {
  const scenario = loadText(drawn(work, ofBoards, ofClient)).resolve('default', 'default');
  return runPlan(planScenario(scenario), changes, 20 * nsPerSecond);
}

const count = (result: TestedRun, kind: string) => ofKind(result, kind).length;

for (const mode of ['messages', 'packets']) {
  for (const work of ['download', 'upload', 'echo', 'half-closed']) {
    test(`${mode}: a client in the middle of ${work} does not notice that the board dies`, async (t) => {
      const result = await run(work, [death], `, mode: ${mode}`);
      t.is(count(result, 'backup.taken-over'), 1);
      t.is(count(result, 'service.right'), 1);
      t.is(count(result, 'service.cut') + count(result, 'service.wrong'), 0);
    });
  }
}

test('split brain: the link between the boards is cut, one of them is granted the next epoch', async (t) => {
  const result = await run('echo', [cut]);
  t.is(count(result, 'service.right'), 1);
  const epochs = ofKind(result, 'backup.epoch').map(({ epoch }) => epoch);
  t.deepEqual(epochs, [1, 2]);
});

test('an answer comes at most a round trip between the boards and 0.3 ms later than without a standby', async (t) => {
  const count = 50;
  const doneNs = async (mode: string, changes: readonly TestedChange[]) => {
    const client = `, count: ${count}, interval: 20 ms, after: 30 ms`;
    const result = await run('echo', changes, `, mode: ${mode}`, client);
    return ofKind(result, 'service.right')[0]!.tNs;
  };
  const alone = { atNs: 0, change: { kind: 'link-down', link: 'channel' } } as const;
  for (const mode of ['messages', 'packets']) {
    const addedNs = ((await doneNs(mode, [])) - (await doneNs(mode, [alone]))) / count;
    t.log(`${mode}: ${(addedNs / nsPerMs).toFixed(3)} ms`);
    t.true(addedNs > 0 && addedNs <= 2 * 0.05 * nsPerMs + 0.3 * nsPerMs, `${mode}: ${addedNs}`);
  }
});

test('control, a cold standby: the client is cut', async (t) => {
  const result = await run('upload', [death], ', cold: true', ', bytes: 1 MiB');
  t.is(count(result, 'service.right'), 0);
  t.is(count(result, 'service.cut'), 1);
});
