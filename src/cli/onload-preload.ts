/**
 * What `ropewalk onload` loads before an application: `net`, `http` and `dgram` of this process go over the
 * socket library from then on. `node --import` does the same by hand.
 */
import { openSync, writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';
import { formatChoice } from '../runtime/onload/choice-text.ts';
import { installDgram } from '../runtime/onload/node-dgram.ts';
import { installNet } from '../runtime/onload/node-net.ts';
import { type OnloadSettings, readSettings, settingsVariable } from '../runtime/onload/settings.ts';
import { SocketLibrary } from '../runtime/onload/socket-library.ts';
import { takeSpinnerPlace } from '../runtime/onload/spinner-place.ts';
import { emitRecord } from '../trace/ndjson.ts';
import type { Field } from '../trace/record.ts';

type Fields = Readonly<Record<string, Field>>;

function install(): void {
  const settings = readSettings(process.env[settingsVariable]);
  const node = process.env['ROPEWALK_NODE'] ?? 'host';
  const { explains, hierarchies, tracesFrames } = settings;
  const traceFd = openTrace(settings);
  const pollNs = settings.pollNs > 0 && takeSpinnerPlace() ? settings.pollNs : 0;
  const record = (kind: string, fields: Fields): void => {
    const tNs = library.loop.nowNs();
    const line = emitRecord({ tNs, node, kind, ...fields });
    if (traceFd !== undefined)
      writeSync(
        traceFd,
        `${line}
`,
      );
    const text = explains ? formatChoice(kind, fields) : undefined;
    if (text !== undefined) process.stderr.write(`${text}\n`);
  };
  const needsRecords = traceFd !== undefined || explains;
  const library: SocketLibrary = new SocketLibrary({
    ...{ node, seed: process.pid, hierarchies, pollNs, tracesFrames },
    records: needsRecords ? { record } : undefined,
  });
  library.record('onload.ready', { pid: process.pid, pollNs });
  installNet(library);
  installDgram(library);
  syncBuiltinESMExports();
}

/** Where it was asked for, else to the run; what the application starts has no such descriptor. */
function openTrace({ trace, starter, recordsFd = 0 }: OnloadSettings): number | undefined {
  if (trace !== undefined) return openSync(trace, 'a');
  return recordsFd > 0 && process.ppid === starter ? recordsFd : undefined;
}

// A worker of the application's has its sockets in the kernel: the library is of one thread.
if (isMainThread && process.platform === 'linux') install();
