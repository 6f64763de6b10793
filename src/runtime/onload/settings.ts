/** What `ropewalk onload` tells the process that it starts, in one variable of its environment. */
import {
  defaultHierarchies,
  type Hierarchies,
  parseHierarchy,
} from '../../sockets/transport-hierarchy.ts';

export const settingsVariable = 'ROPEWALK_ONLOAD';

export interface OnloadSettings {
  readonly hierarchies: Hierarchies;
  readonly pollNs: number;
  /** Records go there as lines, at its end; left out: nowhere. */
  readonly trace?: string | undefined;
  readonly tracesFrames: boolean;
  /** The process that started the application, and the descriptor that it gave it for records; 0: none. */
  readonly starter?: number;
  readonly recordsFd?: number;
  /** Each choice is said on the standard error output. */
  readonly explains: boolean;
}

/** So long after the last packet a thread asks the shared memory by itself. */
const defaultPollNs = 200_000;

export const defaultSettings: OnloadSettings = {
  hierarchies: defaultHierarchies,
  pollNs: defaultPollNs,
  tracesFrames: false,
  explains: false,
};

/** As somebody wrote them by hand: `ROPEWALK_ONLOAD=` is the defaults. */
export function readSettings(text: string | undefined): OnloadSettings {
  if (text === undefined || text === '') return defaultSettings;
  return { ...defaultSettings, ...(JSON.parse(text) as Partial<OnloadSettings>) };
}

export function chooseHierarchies(tcp: string | undefined, udp: string | undefined): Hierarchies {
  return {
    tcp: tcp === undefined ? defaultHierarchies.tcp : parseHierarchy(tcp),
    udp: udp === undefined ? defaultHierarchies.udp : parseHierarchy(udp),
  };
}
