/** Each way in which a Mininet machine can't be had, met on a machine that is made so. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { RopewalkError } from '../../../src/base/errors.ts';
import { declareHostLack, hostLackHere } from './host/testing-host.ts';
import { createMininetLab } from './mininet-lab.ts';
import type { MininetTarget } from './ssh/target.ts';
import { isAskedFor, TestingMininet } from './testing-mininet.ts';

interface Refusal {
  readonly title: string;
  readonly code: string;
  readonly hint: RegExp;
  /** What is done to the machine, and undone. */
  readonly there?: readonly [before: string, after: string];
  /** What the configuration of ssh says in place of what it says. */
  readonly change?: (config: string, folder: string) => string;
}

/** Puts a file in the place of another for a while, where no file can be written. */
function covered(path: string, make: string): [string, string] {
  return [`${make} && mount --bind /tmp/cover ${path}`, `umount ${path}`];
}

function freshKey(folder: string): string {
  const path = join(folder, 'key');
  rmSync(path, { force: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
  return path;
}

const refusals: readonly Refusal[] = [
  {
    title: 'a key that the machine does not take',
    code: 'mininet-login-refused',
    hint: /ssh-copy-id root@203\.0\.113\.2/,
    change: (config, folder) =>
      config.replace(/IdentityFile .*/, `IdentityFile ${freshKey(folder)}\n  IdentityAgent none`),
  },
  {
    title: 'a machine that is not known',
    code: 'mininet-host-unknown',
    hint: /compare the key, and answer yes: ssh root@203\.0\.113\.2/,
    change: (config) => config.replace(/UserKnownHostsFile .*/, 'UserKnownHostsFile /dev/null'),
  },
  {
    title: 'a machine that is known by another key',
    code: 'mininet-host-changed',
    hint: /ssh-keygen -R 203\.0\.113\.2/,
    change: (config, folder) => {
      const known = join(folder, 'known');
      const key = readFileSync(`${freshKey(folder)}.pub`, 'utf8');
      writeFileSync(known, `203.0.113.2 ${key}`);
      return config.replace(/UserKnownHostsFile .*/, `UserKnownHostsFile ${known}`);
    },
  },
  {
    title: 'a way to it that ends at once',
    code: 'mininet-unreachable',
    hint: /see whether ssh gets there/,
    change: (config) => config.replace(/ProxyCommand .*/, 'ProxyCommand false'),
  },
  {
    title: 'a machine without Mininet',
    code: 'no-mininet',
    hint: /apt-get install --no-install-recommends mininet/,
    there: covered('/usr/bin/mn', 'echo >/tmp/cover'),
  },
  {
    title: 'a kernel that is too old',
    code: 'mininet-kernel-old',
    hint: /a newer kernel; or raise one here: make mininet-host/,
    there: covered(
      '/usr/bin/uname',
      `printf '#!/bin/sh\\ncase $1 in -r) echo 4.19.0-27-amd64;; *) echo Linux $(arch);; esac\\n' >/tmp/cover && chmod 755 /tmp/cover`,
    ),
  },
  {
    title: 'a login that may do nothing as root',
    code: 'mininet-no-sudo',
    hint: /sudoers\.d|log in as root/,
    there: covered(
      '/etc/passwd',
      `sed 's#^nobody:.*#nobody:x:65534:65534::/tmp:/bin/sh#' /etc/passwd >/tmp/cover`,
    ),
    change: (config) => config.replace('User root', 'User nobody'),
  },
];

const lack = hostLackHere();
if (lack !== undefined) declareHostLack(lack);
else if (!isAskedFor()) declareHostLack('takes a host: ROPEWALK_REQUIRE_LABS=mininet');
else {
  const mininet = await TestingMininet.raise();
  test.after.always(() => mininet[Symbol.asyncDispose]());
  for (const refusal of refusals) {
    test.serial(`${refusal.title} is named, with what to type next`, (t) =>
      isRefused(t, mininet, refusal),
    );
  }
}

async function isRefused(
  t: ExecutionContext,
  mininet: TestingMininet,
  { code, hint, there, change = (config) => config }: Refusal,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-refusal-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const configPath = join(folder, 'config');
  writeFileSync(configPath, change(readFileSync(mininet.target.configPath!, 'utf8'), folder));
  if (there !== undefined) mininet.ask(there[0]);
  try {
    const error = await refusalOf({ login: 'mininet', configPath });
    t.is(error.code, code, error.message);
    t.regex(error.hint ?? '', hint);
    t.log(`${error.message}\n${error.hint}`);
  } finally {
    if (there !== undefined) mininet.ask(there[1]);
  }
}

async function refusalOf(target: MininetTarget): Promise<RopewalkError> {
  try {
    await using _ = await createMininetLab(target, []);
  } catch (error) {
    if (error instanceof RopewalkError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
