/** The stack side of `ropewalk links manage`, as a process of its own: descriptor 3 is the manager. */

import { Socket } from 'node:net';
import process from 'node:process';
import { StackProcess } from '../uplinks/kernel/stack-process.ts';

const manager = new Socket({ fd: 3 });
const stack = new StackProcess(manager, {
  record: (kind, fields) => {
    const record = { tNs: Number(process.hrtime.bigint()), side: 'stack', kind, ...fields };
    process.stdout.write(`${JSON.stringify(record)}\n`);
  },
});

let isLeaving = false;
function leave(): void {
  if (isLeaving) return;
  isLeaving = true;
  stack[Symbol.dispose]();
  process.exit(0);
}

manager.on('close', leave).on('error', leave);
process.stdout.on('error', () => undefined);
process.on('SIGTERM', leave).on('SIGINT', () => undefined);
