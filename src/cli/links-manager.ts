/** The connection manager of `ropewalk links manage`: descriptor 3 is the stack side; its order is its one word. */

import { Socket } from 'node:net';
import process from 'node:process';
import { RopewalkError } from '../base/errors.ts';
import { ManagerProcess } from '../uplinks/kernel/manager-process.ts';
import { RecordLines } from './record-lines.ts';

interface Order {
  readonly rulesFile: string;
  readonly asksAlways: boolean;
  readonly stackPid: number;
}

const order = JSON.parse(process.argv[2]!) as Order;
const stackSide = new Socket({ fd: 3 });
const records = new RecordLines('manager');
function leave(code: number): never {
  records.flush();
  process.exit(code);
}

stackSide.on('close', () => leave(0)).on('error', () => leave(0));
// Whoever started it is gone.
process.stdin.resume().on('end', () => leave(0));
process.stdout.on('error', () => undefined);
process.on('SIGTERM', () => leave(0)).on('SIGINT', () => undefined);

try {
  await ManagerProcess.start({ ...order, stackSide, records });
  records.record('links.ready', { pid: process.pid });
} catch (error) {
  const said = error instanceof RopewalkError ? error.message : String(error);
  process.stderr.write(`${said}\n`);
  leave(1);
}
