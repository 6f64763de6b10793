/** The socket library of this process, as `ropewalk onload` was told to have it. */
import { openSync, writeSync } from 'node:fs';
import process from 'node:process';
import { formatChoice } from '../runtime/onload/choice-text.ts';
import type { OnloadSettings } from '../runtime/onload/settings.ts';
import { SocketLibrary } from '../runtime/onload/socket-library.ts';
import { takeSpinnerPlace } from '../runtime/onload/spinner-place.ts';
import { emitRecord } from '../trace/ndjson.ts';
import type { Field } from '../trace/record.ts';
import { tellTurns } from './turn-teller.ts';

type Fields = Readonly<Record<string, Field>>;

/** So long after a packet this thread asks for the next by itself, and why; 0: never. */
interface Spinning {
  readonly pollNs: number;
  readonly why: string;
}

export interface OpenLibrary {
  readonly library: SocketLibrary;
  readonly node: string;
  readonly spinning: Spinning;
  readonly record: (kind: string, fields: Fields) => void;
}

export function openLibrary(settings: OnloadSettings): OpenLibrary {
  const node = process.env['ROPEWALK_NODE'] ?? 'host';
  const { explains, hierarchies, tracesFrames } = settings;
  const traceFd = openTrace(settings);
  const spinning = chooseSpinning(settings.pollNs);
  const { pollNs } = spinning;
  const record = (kind: string, fields: Fields): void => {
    const tNs = library.loop.nowNs();
    const line = emitRecord({ tNs, node, kind, ...fields });
    if (traceFd !== undefined) writeSync(traceFd, `${line}\n`);
    const text = explains ? formatChoice(kind, fields) : undefined;
    if (text !== undefined) process.stderr.write(`${text}\n`);
  };
  const needsRecords = traceFd !== undefined || explains;
  const library: SocketLibrary = new SocketLibrary({
    ...{ node, seed: process.pid, hierarchies, pollNs, tracesFrames },
    records: needsRecords ? { record } : undefined,
  });
  if (traceFd !== undefined && settings.trace === undefined) tellTurns({ record });
  return { library, node, spinning, record };
}

function chooseSpinning(wishedNs: number): Spinning {
  if (wishedNs === 0) return { pollNs: 0, why: 'it was not asked for' };
  if (takeSpinnerPlace()) return { pollNs: wishedNs, why: 'a processor is free for it' };
  return { pollNs: 0, why: 'as many processes spin as there are processors' };
}

/** Where it was asked for, else to the run; what the application starts has no such descriptor. */
function openTrace({ trace, starter, recordsFd = 0 }: OnloadSettings): number | undefined {
  if (trace !== undefined) return openSync(trace, 'a');
  const isOurs = process.ppid === starter || process.pid === starter;
  return recordsFd > 0 && isOurs ? recordsFd : undefined;
}
