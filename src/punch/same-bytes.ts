import { timingSafeEqual } from 'node:crypto';

/** Takes as long whatever differs. */
export function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
