/** What `ropewalk onload` does: the table of transports, and an application that is started on them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { basename, delimiter, dirname } from 'node:path';
import process from 'node:process';
import { probeTransports } from '../runtime/onload/probe.ts';
import {
  chooseHierarchies,
  defaultSettings,
  type OnloadSettings,
  settingsVariable,
} from '../runtime/onload/settings.ts';
import type {
  Hierarchies,
  TransportProtocol,
  UserLevelProvider,
} from '../sockets/transport-hierarchy.ts';
import { runBinary } from './onload-binary.ts';

export interface OnloadWish {
  readonly tcp?: string | undefined;
  readonly udp?: string | undefined;
  readonly explain?: boolean | undefined;
  readonly trace?: string | undefined;
  readonly frames?: boolean | undefined;
  /** Left out: what is usual. */
  readonly spinNs?: number | undefined;
}

const preload = new URL(
  import.meta.url.endsWith('.ts') ? 'onload-preload.ts' : 'onload-preload.js',
  import.meta.url,
);

export function settingsOf(wish: OnloadWish): OnloadSettings {
  return {
    hierarchies: chooseHierarchies(wish.tcp, wish.udp),
    pollNs: wish.spinNs ?? defaultSettings.pollNs,
    trace: wish.trace,
    tracesFrames: wish.frames ?? false,
    explains: wish.explain ?? false,
  };
}

/** Protocol by protocol, first choice first, with what stands in the way here. */
export async function explainTransports(hierarchies: Hierarchies): Promise<string> {
  const all = [...new Set([...hierarchies.tcp, ...hierarchies.udp])];
  const wanted = all.filter((one): one is UserLevelProvider => one !== 'kernel');
  const found = await probeTransports(wanted);
  const lineOf = (protocol: TransportProtocol) =>
    `  ${protocol}   ${[...hierarchies[protocol].filter((one) => one !== 'kernel'), 'kernel'].join(' > ')}`;
  const state = wanted.map((one) => `  ${one.padEnd(12)} ${found.get(one) ?? 'can be had'}`);
  return ['sockets', lineOf('tcp'), lineOf('udp'), ...state].join('\n');
}

/** Into these a library is loaded; all else gets a virtual interface. */
const loaders: readonly string[] = ['node', 'npm', 'npx'];

/** Its exit code, as a shell has it. */
export async function runOnload(argv: readonly string[], wish: OnloadWish): Promise<number> {
  const [command, ...words] = argv;
  if (!loaders.includes(basename(command!))) return await runBinary(argv, settingsOf(wish));
  const before = process.env['NODE_OPTIONS'];
  const load = `--import ${preload.href}`;
  // `node` is the one that runs this, whatever else the machine has.
  const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;
  const recordsFd = Number(process.env['ROPEWALK_RECORDS'] ?? 0);
  const settings = { ...settingsOf(wish), starter: process.pid, recordsFd };
  const child = spawn(command!, words, {
    stdio: descriptorsFor(recordsFd),
    env: {
      ...process.env,
      PATH: path,
      NODE_OPTIONS: before === undefined ? load : `${before} ${load}`,
      [settingsVariable]: JSON.stringify(settings),
    },
  });
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  process.on('SIGTERM', forward);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  process.off('SIGTERM', forward);
  return code ?? 128 + constants.signals[signal!];
}

/** The three that everybody has, and the one that takes records, where a run gave one. */
function descriptorsFor(recordsFd: number): ('inherit' | 'ignore')[] {
  const count = Math.max(3, recordsFd + 1);
  return Array.from({ length: count }, (_, fd) =>
    fd < 3 || fd === recordsFd ? 'inherit' : 'ignore',
  );
}
