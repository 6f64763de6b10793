/** Tests that need a Mininet host: they say why not where none can be had, and fail where it is required. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import test from 'ava';
import { lackHere } from '../../../../src/linux/testing-lab.ts';
import { findTool } from '../../processes/find-tool.ts';

export function hostLackHere(): string | undefined {
  const missing = ['linux.uml', 'sshd', 'ssh-keygen', 'mn'].find((name) => !findTool(name));
  if (missing !== undefined) return `needs ${missing}: make setup-labs`;
  return existsSync('/lib/modules') ? lackHere() : 'needs the folder /lib/modules: make setup-labs';
}

export function declareHostLack(lack: string): void {
  const required = (process.env['ROPEWALK_REQUIRE_LABS'] ?? '').split(',').includes('mininet');
  if (required) test(`mininet is required and ${lack}`, (t) => t.fail());
  else test.skip(lack, (t) => t.pass());
}
