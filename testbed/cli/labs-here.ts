/**
 * Names what this machine can run and what it can't, and fails where something required is missing.
 * With a name, says by its exit code alone whether that can be run: `labs-here.ts kernel && …`.
 */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { labNames } from '../labs/lab.ts';
import { askEngine } from '../labs/needs/ask-engine.ts';
import { findTool } from '../labs/processes/find-tool.ts';
import { findBrowser } from './find-browser.ts';

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
const hasTun = existsSync('/dev/net/tun');

/** What tests raise a Mininet host of. */
const hostParts = ['linux.uml', 'sshd', 'ssh', 'mn'];
const engine = await askEngine(process.env['DOCKER_HOST']);

/** What stands in this version, and what it lacks here (undefined: nothing). */
const standing: Readonly<Record<string, string | undefined>> = {
  sim: undefined,
  netns: isRoot && hasTun ? undefined : 'needs Linux, root and /dev/net/tun: ropewalk doctor',
  docker:
    isRoot && hasTun && engine === 'answers'
      ? undefined
      : 'needs root, /dev/net/tun and a Docker engine: sudo make docker-engine',
  mininet:
    isRoot && hostParts.every((name) => findTool(name)) && existsSync('/lib/modules')
      ? undefined
      : 'needs root and the parts of a host: sudo make setup-labs',
  browser:
    findBrowser() === undefined ? 'its tests need chromium: apt-get install chromium' : undefined,
  kernel: isRoot ? undefined : 'its tests need Linux and root: sudo make test',
};

const [asked] = process.argv.slice(2);
if (asked !== undefined) {
  process.exitCode = asked in standing && standing[asked] === undefined ? 0 : 1;
} else {
  nameAll();
}

function nameAll(): void {
  const required = (process.env['ROPEWALK_REQUIRE_LABS'] ?? '').split(',').filter(Boolean);
  const missing = required.filter((one) => !(one in standing) || standing[one] !== undefined);
  for (const lab of labNames) {
    const state = lab in standing ? (standing[lab] ?? 'ready') : 'not in this version';
    process.stdout.write(`lab ${lab}: ${state}\n`);
  }
  process.stdout.write(`browser for reports: ${standing['browser'] ?? 'ready'}\n`);
  process.stdout.write(`kernel bindings: ${standing['kernel'] ?? 'ready'}\n`);
  if (missing.length > 0) {
    process.stderr.write(`required and missing: ${missing.join(', ')}\n`);
    process.exitCode = 1;
  }
}
