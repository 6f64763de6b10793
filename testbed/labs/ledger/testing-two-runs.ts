/** Two runs, one of which ends before the other has made its first namespace; says what is in /run after each step. */
import { existsSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { NetworkNamespace } from '../../../src/linux/network-namespace.ts';
import { Ledger } from './ledger.ts';
import { pinFolder, pinNamespace, unpinNamespace } from './namespace-pins.ts';

const pins = (): string =>
  existsSync(pinFolder) ? `[${readdirSync(pinFolder).join(' ')}]` : 'none';
const said: string[] = [];

said.push(pins());
const first = Ledger.open('netns', 'first');
const second = Ledger.open('netns', 'second');
await first[Symbol.asyncDispose]();
said.push(pins());
pinNamespace(NetworkNamespace.create(), 'rw-second-0');
said.push(pins());
unpinNamespace('rw-second-0');
await second[Symbol.asyncDispose]();
said.push(pins());
process.stdout.write(`${said.join(', ')}\n`);
