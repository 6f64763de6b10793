import process from 'node:process';
import test from 'ava';
import { lackOfMachine, type MininetMachine, parseMachine } from './mininet-machine.ts';

const uname = process.arch === 'arm64' ? 'Linux aarch64' : 'Linux x86_64';
const able: MininetMachine = {
  ...{ system: uname, release: '6.1.0-28-amd64', home: '/root' },
  ...{ isRoot: true, canSudo: false, hasMininet: true },
};

test('what a machine answers is read by line', (t) => {
  t.deepEqual(parseMachine(`${uname}\n6.1.0-28-amd64\n0\nno\n/root\nyes\n`), able);
});

test('each thing that a machine can lack has an error of its own, with what to do there', (t) => {
  const lackOf = (parts: Partial<MininetMachine>) =>
    lackOfMachine({ ...able, ...parts }, 'me@box')?.code;
  t.is(lackOf({}), undefined);
  t.is(lackOf({ isRoot: false, canSudo: true }), undefined);
  t.is(lackOf({ isRoot: false }), 'mininet-no-sudo');
  t.is(lackOf({ hasMininet: false }), 'no-mininet');
  t.is(lackOf({ release: '5.10.0-33-amd64' }), 'mininet-kernel-old');
  t.is(lackOf({ release: '4.19.0' }), 'mininet-kernel-old');
  t.is(lackOf({ release: '5.11.0' }), undefined);
  t.is(lackOf({ system: 'Linux riscv64' }), 'mininet-machine-differs');
  t.is(lackOf({ system: '' }), 'mininet-machine-differs');
});
