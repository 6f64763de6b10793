/** The keys that a machine is known by. `ssh-keygen -F` reads the files, also those with hashed names. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findTool } from '../../processes/find-tool.ts';
import type { SshSettings } from './target.ts';

export interface KnownKey {
  /** `ssh-ed25519` */
  readonly type: string;
  /** In base 64, as it stands there. */
  readonly key: string;
}

export function knownKeysOf({ keyName, knownHostsFiles }: SshSettings): KnownKey[] {
  return knownHostsFiles
    .filter((path) => existsSync(path))
    .flatMap((path) => parseKnownKeys(lookUp(keyName, path)));
}

/** It exits with 1 where there is none. */
function lookUp(name: string, path: string): string {
  try {
    const words = ['-F', name, '-f', path];
    return execFileSync(findTool('ssh-keygen')!, words, { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return '';
  }
}

/** Lines of a known_hosts file; those that revoke a key or stand for an authority are left out. */
export function parseKnownKeys(text: string): KnownKey[] {
  const lines = text.split('\n').filter((line) => line !== '' && !/^[#@]/.test(line));
  return lines.flatMap((line) => {
    const [, type, key] = line.trim().split(/\s+/);
    return type === undefined || key === undefined ? [] : [{ type, key }];
  });
}

/** What to ask the server for: a machine has several keys, and may be known by one. */
export function algorithmsFor(known: readonly KnownKey[]): string[] {
  return [...new Set(known.flatMap(({ type }) => (type === 'ssh-rsa' ? rsaAlgorithms : [type])))];
}

const rsaAlgorithms = ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'];
