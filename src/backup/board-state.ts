/** What a board remembers: the service, the connections that it carries, and how it stands to the other board. */
import type { Random } from '../base/random.ts';
import { drawUint32 } from '../base/random.ts';
import { never, nsPerMs, nsPerSecond } from '../base/time.ts';
import type { Connection } from '../tcp/connection.ts';
import { listen } from '../tcp/listeners.ts';
import { createTcpMachine } from '../tcp/machine.ts';
import type { TcpMachine } from '../tcp/machine-state.ts';
import type { ConnectionSettings } from '../tcp/settings.ts';
import { type BackupFrame, highestChannel } from '../wire/backup.ts';
import type { BackupMode, CommitMessage } from './board-message.ts';
import { type BufferUnit, createBufferUnit } from './buffer-unit.ts';
import { type Channel, createChannel } from './channel.ts';
import type { Demarcation } from './demarcation.ts';
import type { HeldMessages } from './held-messages.ts';
import type { Session, Store } from './service.ts';

export interface BoardOptions {
  /** 1 to 255; each board of a pair has its own. */
  readonly board: number;
  /** Which it is at first: a board that is refused the first epoch becomes a standby as well. */
  readonly begins: 'active' | 'standby';
  readonly mode: BackupMode;
  /** The service's TCP port. */
  readonly port: number;
  /** What an IP packet may have, so that it fits a frame with our header before it. */
  readonly mtuBytes: number;
  readonly random: Random;
  readonly heartbeatNs: number;
  /** So many heartbeats missed are a failure. */
  readonly missedHeartbeats: number;
  /**
   * So many times as long an active waits for its standby before it goes on alone. What it says alone is
   * lost with it, and a standby that only got no processor for a while is well again.
   */
  readonly standbySilences: number;
  /** Negative control: output does not wait for the standby. */
  readonly isUngated: boolean;
  /** Negative control: a standby that takes over the address and nothing else. */
  readonly isCold: boolean;
  /** There is no interface board, but a switch: the active has the peer's packets, the standby hears of them. */
  readonly isPlain: boolean;
  /** Every step of every message is recorded. */
  readonly trace: boolean;
  readonly windowMessages: number;
  /** Another version than ours: for who tests what becomes of it. */
  readonly version?: number;
}

export const defaultOptions = {
  mode: 'messages',
  mtuBytes: 1_464,
  heartbeatNs: 10 * nsPerMs,
  missedHeartbeats: 3,
  standbySilences: 3,
  isUngated: false,
  isCold: false,
  isPlain: false,
  trace: false,
  windowMessages: 64,
} as const;

/** How it stands to the interface board. */
export type Role =
  /** It asked for an epoch. */
  | {
      readonly kind: 'claiming';
      readonly epoch: number;
      /** Tells its claim from one of the same board in an earlier life. */
      readonly claim: number;
      /** It was a standby. */
      readonly isTakeOver: boolean;
    }
  | { readonly kind: 'active' }
  | { readonly kind: 'standby' };

/** How an active stands to its standby. */
export type Partner =
  | { readonly kind: 'none' }
  /** It was heard, and the interface board is asked to let it hear first. */
  | { readonly kind: 'appointing'; readonly board: number }
  /** Everything is told to it from here on; whether it has the beginning too is not known yet. */
  | { readonly kind: 'syncing'; readonly token: number }
  | { readonly kind: 'synced' };

export interface Carried {
  /** Of the pair: the same on both boards, whatever the machines call it. */
  readonly id: number;
  readonly connection: Connection;
  session: Session;
  /** At the standby: messages of the stream that the peer may not have yet. */
  readonly held: HeldMessages;
  /** At the active: one past the last number that the service has filled, sent or not. */
  producedTo: number;
  /** At the active: what waits for the standby, in order. */
  readonly waiting: CommitMessage[];
  isEnding: boolean;
  /** At the standby, until the first packet was sent on by it. */
  demarcation: Demarcation | undefined;
}

/** What the standby is to have before it is done. */
export type Awaited =
  | { readonly kind: 'commit'; readonly carried: Carried }
  | { readonly kind: 'connection'; readonly connection: Connection };

export interface Board {
  readonly options: BoardOptions;
  role: Role;
  epoch: number;
  partner: Partner;
  readonly machine: TcpMachine;
  readonly carried: Map<number, Carried>;
  /** By the machine's own number. */
  readonly byConnection: Map<number, Carried>;
  readonly store: Store;
  nextConnection: number;
  channel: Channel;
  /** Of whose joining the channel is; drawn by who joins. */
  channelNumber: number;
  /** By the token of the message that tells of it. */
  readonly awaited: Map<number, Awaited>;
  /** Segments of connections that the standby has not got yet, by the machine's number. */
  readonly gates: Map<number, Uint8Array[]>;
  readonly bufferUnit: BufferUnit;
  /** At the standby: has it all that it needs to take over? */
  isSynced: boolean;
  /** At a standby that is being brought up to date: connections that it was promised. */
  connectionsToCome: number;
  /** At a board that was fenced: who speaks. Unless that one is heard, it begins anew then. */
  speaker: number;
  aloneAtNs: number;
  /** At a standby that is being brought up to date: what was sent on meanwhile. */
  readonly heldBack: Uint8Array[];
  /** At the standby: SYNs whose connection it was not told of yet. */
  readonly unanswered: Uint8Array[];
  heardAtNs: number;
  beatAtNs: number;
  /** The next hello, claim or appointment goes. */
  askAtNs: number;
  deadlineNs: number;
  /** Of the TCP machine's call at hand: what it sends is for nobody. */
  isMuted: boolean;
  readonly touched: Set<Connection>;
  /** Peers whose connection ended lately, and when. */
  readonly ended: Map<string, number>;
  /** Reasons that were recorded, so that each is once. */
  readonly noted: Set<string>;
}

export interface BoardSink {
  toInterface(frame: BackupFrame): void;
  toOther(frame: BackupFrame): void;
  record(kind: string, fields: Readonly<Record<string, string | number | boolean>>): void;
}

const channelOptions = { queueMessages: 4_096, partBytes: 1_482, resendNs: 4 * nsPerMs };

/** What a full file message or two may wait for its acknowledgement. */
export const pipelineBytes = 262_144;

/** No cookies: the other board could not read them. */
const backlog = 65_536;

/** The service decides how much waits; TCP takes all of it. */
const settings: Partial<ConnectionSettings> = {
  sendBufferBytes: 1_073_741_824,
  receiveBufferBytes: 1_048_576,
  isNoDelay: true,
  ecn: 'off',
  probesPathMtu: false,
  timeWaitNs: nsPerSecond,
};

export function createBoard(options: BoardOptions): Board {
  const { random, mtuBytes, begins, port } = options;
  const machine = createTcpMachine({ random, mtuTo: () => mtuBytes });
  listen(machine, { port, settings, backlog });
  const claim = drawUint32(random);
  return {
    options,
    role:
      begins === 'active'
        ? { kind: 'claiming', epoch: 1, claim, isTakeOver: false }
        : { kind: 'standby' },
    epoch: 0,
    partner: { kind: 'none' },
    machine,
    carried: new Map(),
    byConnection: new Map(),
    store: new Map(),
    nextConnection: 1,
    channel: createBoardChannel(options),
    channelNumber: claim & highestChannel,
    awaited: new Map(),
    gates: new Map(),
    bufferUnit: createBufferUnit(),
    isSynced: false,
    connectionsToCome: 0,
    speaker: 0,
    aloneAtNs: never,
    heldBack: [],
    unanswered: [],
    heardAtNs: 0,
    beatAtNs: 0,
    askAtNs: 0,
    deadlineNs: 0,
    isMuted: false,
    touched: new Set(),
    ended: new Map(),
    noted: new Set(),
  };
}

export function createBoardChannel({ windowMessages }: BoardOptions): Channel {
  return createChannel({ ...channelOptions, windowMessages });
}

/** What it serves nobody hears: also while it asks for the epoch of a board that died. */
export function isShadowing({ role }: Board): boolean {
  return role.kind === 'standby' || (role.kind === 'claiming' && role.isTakeOver);
}

/** Whatever the service does is told to the other board. */
export function isTelling({ partner }: Board): boolean {
  return partner.kind === 'syncing' || partner.kind === 'synced';
}

/** What is told must be stored before the peer sees what follows from it. */
export function isGated(board: Board): boolean {
  return isTelling(board) && !board.options.isUngated;
}
