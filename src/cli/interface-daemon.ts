/**
 * The interface daemon of a node as a process of its own, in the namespace it was started in. What it is
 * told, and says, is in `src/runtime/interface-daemon/order.ts`. It ends when whoever started it is gone.
 */
import process from 'node:process';
import { openChannel } from '../runtime/channel.ts';
import { InterfaceDaemon } from '../runtime/interface-daemon/interface-daemon.ts';
import {
  daemonDescriptor,
  daemonExit,
  daemonWord,
  readOrder,
} from '../runtime/interface-daemon/order.ts';
import { KernelLoop } from '../runtime/kernel-loop.ts';
import { LineSplitter } from '../trace/line-splitter.ts';

const control = openChannel(daemonDescriptor.control);
const records = openChannel(daemonDescriptor.records, { readable: false });

let standing: { readonly daemon: InterfaceDaemon; readonly loop: KernelLoop } | undefined;

function heed(line: string): void {
  if (standing !== undefined) return;
  const order = readOrder(line);
  const loop = new KernelLoop({ start: order.start });
  // It passes on what applications send.
  if (order.applications !== undefined) loop.linger();
  const write = (record: string) => void records.write(`${record}\n`);
  standing = { loop, daemon: new InterfaceDaemon({ loop, order, write }) };
  control.write(`${daemonWord.ready}\n`);
}

function stop(): void {
  exitWith(daemonExit.stopped);
}

let isExiting = false;

function exitWith(code: number): void {
  if (isExiting) return;
  isExiting = true;
  standing?.daemon[Symbol.dispose]();
  records.end(() => void leave(code));
}

/** A thread that blocks in the kernel would hold the exit up. */
async function leave(code: number): Promise<void> {
  await standing?.loop[Symbol.asyncDispose]();
  process.exit(code);
}

process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack}\n`);
  exitWith(standing === undefined ? daemonExit.misordered : daemonExit.crashed);
});
/** The lab decides when it is over: a terminal's interrupt reaches all of its group. */
process.on('SIGINT', () => {});
process.on('SIGTERM', stop);

const lines = new LineSplitter(heed);
control.setEncoding('utf8');
control.on('data', (text: string) => lines.take(text));
control.on('close', stop);
control.on('error', stop);
records.on('error', () => void leave(daemonExit.stopped));
