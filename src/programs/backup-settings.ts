/** What the plan hands to an interface board, to the boards behind it, and to who uses their service. */

import { type BackupMode, backupModes } from '../backup/board-message.ts';
import { type BoardOptions, defaultOptions } from '../backup/board-state.ts';
import { type Ip, parseIp } from '../base/address.ts';
import { nsPerMs } from '../base/time.ts';
import { parseDuration, parseSize, type Reading } from '../base/units.ts';
import type { Settings, SettingValue } from '../host/program.ts';
import { wrongSetting } from './flow-settings.ts';

export interface InterfaceBoardSettings {
  readonly port: number;
  /** The links to the boards: the first board's first. */
  readonly boards: readonly string[];
  readonly isPlain: boolean;
}

export type BoardSettings = Omit<BoardOptions, 'random' | 'mtuBytes'> & {
  /** The links to the interface board and to the other board. */
  readonly interface: string;
  readonly other: string;
};

export const clientWorks = [
  'download',
  'upload',
  'echo',
  'idle',
  'half-closed',
  /** Several streams count by one counter. */
  'together',
] as const;
export type ClientWork = (typeof clientWorks)[number];

export interface ClientSettings {
  readonly server: Ip;
  readonly port: number;
  readonly work: ClientWork;
  /** Of a file; of questions the number. */
  readonly bytes: number;
  readonly count: number;
  readonly intervalNs: number;
  /** It connects so long after it began, and up to so much later: that is drawn. */
  readonly afterNs: number;
  readonly spreadNs: number;
}

export function readInterfaceBoardSettings(settings: Settings): InterfaceBoardSettings {
  const { boards } = settings;
  if (!Array.isArray(boards) || boards.length === 0) throw wrongSetting('boards', boards);
  return {
    port: readPort(settings),
    boards: boards.map(String),
    isPlain: settings['plain'] === true,
  };
}

export function readBoardSettings(
  settings: Settings,
  begins: BoardOptions['begins'],
): BoardSettings {
  const { board, mode, heartbeat, missed, window } = settings;
  const byRole = begins === 'active' ? 1 : 2;
  return {
    board: readCount('board', board, byRole),
    begins,
    mode: readMode(mode),
    port: readPort(settings),
    heartbeatNs: readQuantity('heartbeat', heartbeat, parseDuration, defaultOptions.heartbeatNs),
    missedHeartbeats: readCount('missed', missed, defaultOptions.missedHeartbeats),
    standbySilences: defaultOptions.standbySilences,
    windowMessages: readCount('window', window, defaultOptions.windowMessages),
    isUngated: settings['ungated'] === true,
    isCold: settings['cold'] === true,
    isPlain: settings['plain'] === true,
    trace: settings['trace'] === true,
    interface: readName(settings, 'interface'),
    other: readName(settings, 'other'),
  };
}

const defaultBytes = 1_048_576;
const defaultCount = 100;

export function readClientSettings(settings: Settings): ClientSettings {
  const { server, work, bytes, count, interval, after, spread } = settings;
  const address = [server].flat()[0];
  const parsed = typeof address === 'string' ? parseIp(address) : undefined;
  if (parsed === undefined) throw wrongSetting('server', address);
  const known = clientWorks.find((one) => one === work);
  if (known === undefined) throw wrongSetting('work', work);
  return {
    server: parsed,
    port: readPort(settings),
    work: known,
    bytes: readQuantity('bytes', bytes, parseSize, defaultBytes),
    count: readCount('count', count, defaultCount),
    intervalNs: readQuantity('interval', interval, parseDuration, 10 * nsPerMs),
    afterNs: readQuantity('after', after, parseDuration, 0),
    spreadNs: readQuantity('spread', spread, parseDuration, 0),
  };
}

function readMode(given: SettingValue | undefined): BackupMode {
  if (given === undefined) return defaultOptions.mode;
  const mode = backupModes.find((known) => known === given);
  if (mode === undefined) throw wrongSetting('mode', given);
  return mode;
}

function readPort({ port }: Settings): number {
  if (typeof port !== 'number' || port < 1 || port > 65_535) throw wrongSetting('port', port);
  return port;
}

function readName(settings: Settings, name: string): string {
  const given = settings[name];
  if (typeof given !== 'string' || given === '') throw wrongSetting(name, given);
  return given;
}

function readCount(name: string, given: SettingValue | undefined, otherwise: number): number {
  if (given === undefined) return otherwise;
  if (typeof given !== 'number' || given < 1) throw wrongSetting(name, given);
  return given;
}

function readQuantity(
  name: string,
  given: SettingValue | undefined,
  parse: (text: string) => Reading,
  otherwise: number,
): number {
  if (given === undefined) return otherwise;
  const value = typeof given === 'string' ? parse(given) : undefined;
  if (typeof value !== 'number') throw wrongSetting(name, given);
  return value;
}
