/** The virtual interface's daemon, by way of a proxy or without one: it runs until it is stopped. */
import type { StartProgram } from '../host/program.ts';
import { Terminal } from '../tunnel/terminal.ts';
import { readTerminalSettings } from './tunnel-settings.ts';

export const startTerminal: StartProgram = (host, given) => {
  const terminal = new Terminal(host, readTerminalSettings(given));
  return { stop: () => terminal.stop() };
};
