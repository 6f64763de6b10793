import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { labTest as test } from '../../../src/linux/testing-lab.ts';

const scenario = `
scenario: interrupted
about: A question every tenth of a second, for longer than anybody waits.
topology:
  nodes: { phone: { kind: terminal }, server: { kind: host } }
  links: { wire: { between: [phone, server], rate: 50 Mbit/s, delay: 1 ms } }
repeat: 1
limit: 200 s
traffic:
  ping: { run: request-response, from: phone, to: server, count: 1000, interval: 100 ms, timeout: 2 s }
measure:
  rtt: { what: rtt, of: ping }
expect:
  physics: { that: rtt >= rtt(wire) }
`;

/** The moment comes when $4 is so; what stands afterwards is said after what the run said. */
const script = `
umount -l /run/netns 2>/dev/null
# What others have mounted below is covered, and none of this run's.
covered="none
$(grep " /run/" /proc/self/mountinfo)"
mount -t tmpfs none /run
"$1" "$2" run "$3/scenario.yaml" --lab netns --out "$3/out" >/dev/null & run=$!
until eval "$4"; do sleep 0.02; done
kill -$5 $run; wait $run; echo "code $?"
find /run -mindepth 1; ip -br link | grep -v "^lo "; grep " /run/" /proc/self/mountinfo | grep -vxF "$covered"
ps -eo stat,args | sed 1d | grep -v "^Z\\| ps -eo \\|sh -c\\| sed \\| grep "; true`;

const begun = '[ -n "$(ls -A /run/netns 2>/dev/null)" ]';
const running =
  'grep -q rtt "$3"/out/interrupted/records/*/*/*.ndjson 2>/dev/null || ps -eo args | grep -q "[r]un-program"';
const moments = [
  ['while it is set up', begun],
  ['while programs run', running],
] as const;

for (const [signal, code] of [
  ['INT', 130],
  ['TERM', 143],
] as const) {
  for (const [moment, condition] of moments) {
    test(`SIG${signal} ${moment} ends the run in order, and nothing is left`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'interrupted-'));
      t.teardown(() => rmSync(folder, { recursive: true, force: true }));
      writeFileSync(join(folder, 'scenario.yaml'), scenario);
      const bin = join(import.meta.dirname, '../../cli/ropewalk.js');
      const own = ['--mount', '--net', '--pid', '--fork', '--mount-proc'];
      const words = [process.execPath, bin, folder, condition, signal];
      const { stdout, all } = await execa('unshare', [...own, 'sh', '-c', script, 'sh', ...words], {
        all: true,
        reject: false,
      });
      t.is(stdout.trim(), `code ${code}`, all);
    });
  }
}
