/** Why a Mininet machine can't be had, each with what to type next. */
import { existsSync } from 'node:fs';
import { UnsupportedError } from '../../../../src/base/errors.ts';
import { quoteCommand } from '../../../../src/base/shell-words.ts';
import type { KnownKey } from './known-hosts.ts';
import type { SshSettings } from './target.ts';

export interface HostRefusal {
  readonly kind: 'unknown' | 'changed';
  readonly fingerprint: string;
}

interface Circumstances {
  readonly refusal: HostRefusal | undefined;
  /** By the ProxyCommand. */
  readonly said: string;
  readonly known: readonly KnownKey[];
}

export function notConnected(
  settings: SshSettings,
  error: Error,
  around: Circumstances,
): UnsupportedError {
  const { refusal, said, known } = around;
  if (refusal?.kind === 'unknown') return unknownHost(settings, refusal);
  if (refusal?.kind === 'changed') return changedHost(settings, refusal);
  const level = (error as { level?: string }).level;
  if (level === 'client-authentication') return loginRefused(settings);
  if (/no matching host key format/i.test(error.message) && known.length > 0) {
    return changedHost(settings, { kind: 'changed', fingerprint: 'a key of another kind' });
  }
  const tail = said === '' ? '' : `; the ProxyCommand said: ${said}`;
  return new UnsupportedError({
    code: 'mininet-unreachable',
    message: `${placeOf(settings)} can't be reached: ${error.message || 'no answer'}${tail}`,
    hint: `see whether ssh gets there: ${tryIt(settings)}`,
  });
}

export function lostConnection(settings: SshSettings, why: string): UnsupportedError {
  return new UnsupportedError({
    code: 'mininet-lost',
    message: `the connection to ${placeOf(settings)} was lost: ${why}`,
    hint: `what the run left there goes by itself within two minutes, or by: ropewalk gc --mininet ${placeOf(settings)}`,
  });
}

function unknownHost(settings: SshSettings, { fingerprint }: HostRefusal): UnsupportedError {
  return new UnsupportedError({
    code: 'mininet-host-unknown',
    message: `${settings.keyName} is not among the known hosts; its key is ${fingerprint}`,
    hint: `compare the key, and answer yes: ${tryIt(settings)}`,
  });
}

function changedHost({ keyName }: SshSettings, { fingerprint }: HostRefusal): UnsupportedError {
  return new UnsupportedError({
    code: 'mininet-host-changed',
    message: `${keyName} is known by another key than it has now: ${fingerprint}`,
    hint: `it may be somebody else; if it is not: ${quoteCommand(['ssh-keygen', '-R', keyName])}`,
  });
}

function loginRefused(settings: SshSettings): UnsupportedError {
  const { identityFiles, agentSocket } = settings;
  const files = identityFiles.filter((path) => existsSync(path));
  const offered = [...files, ...(agentSocket === undefined ? [] : ['the keys of the agent'])];
  return new UnsupportedError({
    code: 'mininet-login-refused',
    message: `${placeOf(settings)} takes none of our keys: ${offered.join(', ') || 'there are none'}`,
    hint: `copy one there: ssh-copy-id ${placeOf(settings)}; one with a passphrase must be in the agent: ssh-add`,
  });
}

export function placeOf({ user, host, port }: SshSettings): string {
  return `${user}@${host}${port === 22 ? '' : `:${port}`}`;
}

function tryIt({ user, host, port }: SshSettings): string {
  return quoteCommand(['ssh', ...(port === 22 ? [] : ['-p', String(port)]), `${user}@${host}`]);
}
