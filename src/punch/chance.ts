/** Draws from the chance that was handed to a device. */
import { readU32 } from '../base/bytes.ts';
import type { Device } from './device-state.ts';

export function drawBytes({ options }: Pick<Device, 'options'>, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  options.fillRandom(bytes);
  return bytes;
}

export function drawNumber(device: Pick<Device, 'options'>): number {
  return readU32(drawBytes(device, 4), 0);
}
