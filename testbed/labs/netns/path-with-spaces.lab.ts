/** The whole command from a checkout whose path has spaces, in namespaces where nobody else has left anything. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';
import { labTest as test } from '../../../src/linux/testing-lab.ts';

const root = join(import.meta.dirname, '../../..');
const patienceMs = 100_000;

/** A link of the hub and a cable, a process of Ropewalk's and one of the machine's. */
const scenario = `
scenario: spaced
about: A question and its answer, from wherever the command stands.
topology:
  nodes: { phone: { kind: terminal }, server: { kind: host } }
  links:
    wire: { between: [phone, server], rate: 50 Mbit/s, delay: 5 ms }
    cable: { between: [phone, server], engine: direct }
repeat: 1
limit: 20 s
programs:
  worker: { on: server, run: [sleep, '86399'] }
traffic:
  ping: { run: request-response, from: phone, to: server, via: wire, count: 5, interval: 10 ms, timeout: 5 s }
measure:
  rtt: { what: rtt, of: ping }
expect:
  physics: { that: rtt >= rtt(wire), at: every }
`;

/** `$1` stands for a clone in `$2/my checkout`; what is said goes to files, for others to read. */
const steps = `
mount -t tmpfs none /run && mount --bind "$1" "$2/my checkout" && cd "$2/my checkout" || exit 99
ropewalk() { node_modules/.bin/node testbed/cli/ropewalk.js "$@"; }
left() { ls -A /run/ropewalk /run/netns 2>/dev/null | grep -v :; ip -br link; ps -eo args | grep -E '[h]ub/main|[k]eep/main|sleep [8]6399'; }
left > "$2/before"
ropewalk run "$2/spaced.yaml" --lab netns --json --capture --out "$2/out folder" > "$2/run.json" 2> "$2/run.err"
echo "$?" > "$2/run.code"
left > "$2/after run"
ropewalk gc > "$2/gc nothing"
ropewalk up "$2/spaced.yaml" --name spaced >&2 || exit 98
ropewalk exec --name spaced phone -- ping -c1 -w5 server >&2 || exit 97
left > "$2/standing"
kill -9 "$(ropewalk ps spaced --json | node_modules/.bin/node -p 'JSON.parse(fs.readFileSync(0))[0].card.pid')" || exit 96
ropewalk gc > "$2/gc all" || exit 95
for wait in $(seq 30); do left > "$2/after gc"; cmp -s "$2/before" "$2/after gc" && break; sleep 1; done`;

/** All of it ends when the shell does, which is the first process of its namespace. */
async function followSteps(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'some path '));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['my checkout', 'home']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'spaced.yaml'), scenario);
  const own = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const argv = [...own, 'sh', '-c', steps, 'sh', root, folder];
  const env = { HOME: join(folder, 'home'), NO_COLOR: '1', SUDO_UID: undefined };
  const options = { env, reject: false, timeout: patienceMs, killSignal: 'SIGKILL' } as const;
  const { exitCode, all } = await execa('unshare', argv, { ...options, all: true });
  return { exitCode, all, read: (name: string) => readFileSync(join(folder, name), 'utf8') };
}

test('from a path with spaces a run finishes, a lab is kept, and gc leaves nothing of either', async (t) => {
  const { exitCode, all, read } = await followSteps(t);
  t.is(exitCode, 0, all);
  const { samples } = JSON.parse(read('run.json') || t.fail(read('run.err')) || '{}');
  t.is(samples.length, 1);
  // Busy machines are late, and what they say is invalid; it failed on none.
  const { kind } = samples[0].outcome;
  t.true(['finished', 'invalid'].includes(kind), JSON.stringify(samples[0].outcome));
  t.is(Number(read('run.code')), kind === 'finished' ? 0 : 4, read('run.err'));
  t.is(read('after run'), read('before'));
  t.is(read('gc nothing'), 'no run has left anything behind\n');
  t.regex(read('standing'), /rw-.*my checkout\/testbed\/labs\/hub\/main.*sleep 86399/s);
  t.regex(read('gc all'), /2 namespaces.*its folder\n$/);
  t.is(read('after gc'), read('before'));
});
