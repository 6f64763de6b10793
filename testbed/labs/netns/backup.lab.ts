/**
 * The board that serves is ended by SIGKILL at a drawn moment of a transfer; its peer is this machine's kernel.
 * What the peer's link carried is looked at frame by frame. How soon is for `make prove`.
 */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { serialLabTest } from '../../../src/linux/testing-lab.ts';
import { connectionsAt } from './testing-peer-link.ts';

/** A process that gets no processor for 30 ms is none that died: these boards wait ten times as long. */
const heartbeat = '100 ms';
const root = join(import.meta.dirname, '../../..');
const ropewalk = join(root, 'testbed/cli/ropewalk.js');
const scenario = join(root, 'scenarios/backup-kill.yaml');
const servicePort = 7_000;
/** What is still there then is ended, and its namespaces with it. */
const patienceMs = 240_000;

function patientScenario(folder: string): string {
  const boards = /(?<board>run: (?:active|standby), with: \{)/gu;
  const text = readFileSync(scenario, 'utf8');
  const path = join(folder, 'backup-kill.yaml');
  writeFileSync(path, text.replaceAll(boards, `$<board> heartbeat: ${heartbeat},`));
  return path;
}

serialLabTest(
  'a kernel’s TCP does not notice that its board is killed: one SYN, no reset, nothing after an end',
  async (t) => {
    t.timeout(280_000);
    const out = mkdtempSync(join(tmpdir(), 'ropewalk-backup-'));
    t.teardown(() => rmSync(out, { recursive: true }));
    const flags = ['--lab', 'netns', '--repeat', '1', '--capture', '--json', '--out', out];
    const words = [ropewalk, 'run', patientScenario(out), ...flags];
    const run = await execa(process.execPath, words, { reject: false, timeout: patienceMs });
    const [result] = [JSON.parse(run.stdout)].flat();
    const rows: { expectation: string; verdict: string }[] = result.rows;
    const integrity = rows.filter(({ expectation }) => expectation !== 'in-time');
    t.true(integrity.length > 0);
    // A machine that is busy elsewhere makes a sample invalid: that is no fault of the boards.
    t.deepEqual(
      integrity.filter(({ verdict }) => verdict === 'fail'),
      [],
    );
    const captures = globSync('**/*.pcapng', { cwd: out });
    t.is(captures.length, 3);
    for (const capture of captures) {
      const file = readFileSync(join(out, capture));
      const [connection, ...others] = connectionsAt('peer:outside', servicePort, file);
      t.is(others.length, 0, 'one 4-tuple');
      t.is(connection!.opens.size, 1);
      t.is(connection!.answers.size, 1);
      t.is(connection!.resets, 0);
      t.false(connection!.wentOnAfterEnd);
      t.true(connection!.payloadBytes > 0);
    }
  },
);
