/** The stack side of `ropewalk links manage`, as a process of its own: descriptor 3 is the manager. */

import { Socket } from 'node:net';
import process from 'node:process';
import { StackProcess } from '../uplinks/kernel/stack-process.ts';
import { RecordLines } from './record-lines.ts';

const manager = new Socket({ fd: 3 });
const records = new RecordLines('stack');
const stack = new StackProcess(manager, records);

let isLeaving = false;
function leave(): void {
  if (isLeaving) return;
  isLeaving = true;
  stack[Symbol.dispose]();
  records.flush();
  process.exit(0);
}

manager.on('close', leave).on('error', leave);
process.stdout.on('error', () => undefined);
process.on('SIGTERM', leave).on('SIGINT', () => undefined);
