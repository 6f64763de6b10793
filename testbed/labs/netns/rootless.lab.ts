import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';
import { labTest as test } from '../../../src/linux/testing-lab.ts';

const root = join(import.meta.dirname, '../../..');
/** Who owns nothing: `nobody`. */
const uid = 65_534;

const scenario = `
scenario: without-root
about: A question and its answer, on a machine of which the run is not root.
topology:
  nodes: { phone: { kind: terminal }, server: { kind: host } }
  links: { wire: { between: [phone, server], rate: 50 Mbit/s, delay: 5 ms } }
repeat: 1
limit: 20 s
traffic:
  ping: { run: request-response, from: phone, to: server, count: 5, interval: 10 ms, timeout: 5 s }
measure:
  rtt: { what: rtt, of: ping }
expect:
  physics: { that: rtt >= rtt(wire) }
`;

/**
 * The folder that everybody may read stands for a checkout; the device is as distributions make it. Both
 * are seen in the mount namespace of the trial alone.
 */
const prepare = `
mount --bind "$1" "$2/checkout" && mount -t tmpfs -o mode=755 none /dev/net &&
mknod /dev/net/tun c 10 200 && chmod "$3" /dev/net/tun && cd "$2/checkout" &&
exec setpriv --reuid=${uid} --regid=${uid} --clear-groups \
  env -i PATH="$PATH" HOME="$2/home" XDG_RUNTIME_DIR="$2/home" \
  node testbed/cli/ropewalk.js run "$2/home/scenario.yaml" --lab netns --json --out "$2/home/out"`;

async function runAsNobody(t: ExecutionContext, tunMode: string) {
  const folder = mkdtempSync(join(tmpdir(), 'nobody '));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const home = join(folder, 'home');
  mkdirSync(join(folder, 'checkout'));
  mkdirSync(home);
  writeFileSync(join(home, 'scenario.yaml'), scenario);
  const own = `chown -R ${uid}:${uid} "$2/home" && chmod 755 "$2"`;
  const script = `${own} && ${prepare}`;
  const argv = ['--mount', 'sh', '-c', script, 'sh', root, folder, tunMode];
  return await execa('unshare', argv, { reject: false, all: true });
}

test('who is not root gets the same lab in a user namespace of his own', async (t) => {
  const { stdout, exitCode, all } = await runAsNobody(t, '666');
  const result = JSON.parse(stdout);
  t.is(result.lab, 'netns');
  t.is(result.samples.length, 1, all);
  // Busy machines are late, and what they say is invalid; it failed on none.
  const { kind } = result.samples[0].outcome;
  t.true(['finished', 'invalid'].includes(kind), all);
  t.is(exitCode, kind === 'finished' ? 0 : 4, all);
});

test('where that can not be, the run is unsupported and says what to type', async (t) => {
  const { stdout, exitCode, all } = await runAsNobody(t, '600');
  t.is(exitCode, 5, all);
  const [row] = JSON.parse(stdout).rows;
  t.is(row.verdict, 'unsupported');
  t.regex(JSON.stringify(row), /needs root: only root may open \/dev\/net\/tun.*put sudo before/);
});
