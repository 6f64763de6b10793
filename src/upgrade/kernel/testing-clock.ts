/** Milliseconds of a clock that all processes of the machine share. */
import process from 'node:process';
import { nsPerMs } from '../../base/time.ts';

export function clockMs(): number {
  return Number(process.hrtime.bigint()) / nsPerMs;
}
