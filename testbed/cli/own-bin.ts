import { fileURLToPath } from 'node:url';

/** The file that starts this Ropewalk. */
export const ownBin = fileURLToPath(new URL('ropewalk.js', import.meta.url));
