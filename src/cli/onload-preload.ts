/**
 * What `ropewalk onload` loads before an application: `net`, `http` and `dgram` of this process go over the
 * socket library from then on. `node --import` does the same by hand.
 */
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';
import { installDgram } from '../runtime/onload/node-dgram.ts';
import { installNet } from '../runtime/onload/node-net.ts';
import { readSettings, settingsVariable } from '../runtime/onload/settings.ts';
import { openLibrary } from './open-library.ts';

function install(): void {
  const settings = readSettings(process.env[settingsVariable]);
  const { library, spinning } = openLibrary(settings);
  library.record('onload.ready', { pid: process.pid, ...spinning });
  installNet(library);
  installDgram(library);
  syncBuiltinESMExports();
}

// A worker of the application's has its sockets in the kernel: the library is of one thread.
if (isMainThread && process.platform === 'linux') install();
