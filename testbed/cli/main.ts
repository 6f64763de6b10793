import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { runCommandLine } from './command-line.ts';
import { hearInterrupts } from './interrupts.ts';
import { openTerminal } from './terminal.ts';

const interrupts = hearInterrupts();
const words = process.argv.slice(2);
const { version } = JSON.parse(readFileSync(findPackageJSON(import.meta.url)!, 'utf8'));

await runCommandLine(words, {
  terminal: openTerminal(interrupts.signal),
  command: ['ropewalk', ...words],
  version,
  interrupted: interrupts.exitCode,
  exitWith: (code) => {
    process.exitCode = code;
  },
});
