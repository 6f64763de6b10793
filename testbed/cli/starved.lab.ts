/** Both cores are burnt on purpose: what comes out says of the rig that it is no good, not of the network. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { labTest as test } from '../../src/linux/testing-lab.ts';
import { ropewalk, startFolder } from './testing-runs.ts';

/** Answers take 20 ms on the way alone, and may take 1.5 ms more. */
const scenario = `
scenario: starved
about: A bound that an idle machine keeps.
topology:
  nodes: { phone: { kind: terminal }, server: { kind: host } }
  links: { wire: { between: [phone, server], rate: 50 Mbit/s, delay: 10 ms } }
seed: 3
repeat: 1
limit: 20 s
traffic:
  ping: { run: request-response, from: phone, to: server, count: 60, interval: 5 ms, timeout: 5 s }
measure:
  rtt: { what: rtt, of: ping, pick: p99 }
expect:
  near: { that: rtt <= rtt(wire) + 1500 us, at: every }
`;

/** More than one: what wakes then finds others before it. */
const burnersPerCore = 2;

class Fire implements AsyncDisposable {
  readonly #burners: ChildProcess[] = [];

  async light(): Promise<void> {
    const count = availableParallelism() * burnersPerCore;
    for (let burner = 0; burner < count; burner++) {
      this.#burners.push(spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }));
    }
    await Promise.all(this.#burners.map((one) => once(one, 'spawn')));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ends = this.#burners.map((one) => once(one, 'exit'));
    for (const one of this.#burners) one.kill('SIGKILL');
    await Promise.all(ends);
  }
}

test('a starved rig says invalid, and not fail', async (t) => {
  t.timeout(120_000);
  const folder = startFolder(t, { 'starved.yaml': scenario });
  await using fire = new Fire();
  await fire.light();
  const run = await ropewalk(folder, ['run', 'starved.yaml', '--lab', 'netns', '--json']);
  const result = JSON.parse(run.stdout);
  t.is(result.verdict, 'invalid', result.rows[0].why);
  t.is(run.exitCode, 4);
  t.regex(result.rows[0].why, /the machine was starved|the rig was late/);
  t.log(result.rows[0].why, `after ${result.samples[0].invalidBefore} attempts`);
});
