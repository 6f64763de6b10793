/**
 * The interface board as a machine: it owns the service address, gives what the peer sends to one board
 * first, and lets one board speak. Which one is a matter of the epoch: each is claimed once, and whoever
 * speaks in another one is not heard.
 */
import { type BackupFrame, type BackupKind, backupVersion } from '../wire/backup.ts';

export interface InterfaceBoardState {
  epoch: number;
  /** The board that speaks, and the one that hears the peer first; 0: none yet. */
  speaker: number;
  listener: number;
  /** Of the claim that was granted: a board that begins anew has another one, and nothing to speak of. */
  claim: number;
  /** Frames of boards that were not to speak. */
  refused: number;
  /** A switch: the peer's packets go to the board that speaks, also while it is dead. */
  readonly isPlain: boolean;
}

export interface InterfaceBoardSink {
  toBoard(board: number, frame: BackupFrame): void;
  toPeer(packet: Uint8Array): void;
  record(kind: string, fields: Readonly<Record<string, string | number | boolean>>): void;
}

const none = new Uint8Array(0);

export function createInterfaceBoard(isPlain = false): InterfaceBoardState {
  return { epoch: 0, speaker: 0, listener: 0, claim: 0, refused: 0, isPlain };
}

/** An IP packet of the peer's for the service. */
export function receivePeerPacket(
  state: InterfaceBoardState,
  packet: Uint8Array,
  sink: InterfaceBoardSink,
): void {
  if (state.listener === 0) return;
  sink.toBoard(state.listener, frameOf(state, 'packet', state.listener, packet));
}

/** A frame that came in by the port of `board`, whatever it says of itself. */
export function receiveBoardFrame(
  state: InterfaceBoardState,
  board: number,
  frame: BackupFrame,
  sink: InterfaceBoardSink,
): void {
  if (frame.version !== backupVersion) return;
  switch (frame.kind) {
    case 'packet':
      if (isSpeaker(state, board, frame)) sink.toPeer(frame.body);
      else refuse(state, board, frame, sink);
      return;
    case 'claim':
      heedClaim(state, board, frame, sink);
      return;
    case 'appoint':
      if (isSpeaker(state, board, frame)) appoint(state, frame.board, board, sink);
      else refuse(state, board, frame, sink);
      return;
    case 'heartbeat':
      relay(state, board, frame, sink);
      return;
    case 'part':
    case 'hello':
    case 'granted':
    case 'fenced':
    case 'appointed':
      return;
  }
}

function isSpeaker(state: InterfaceBoardState, board: number, { epoch }: BackupFrame): boolean {
  return board === state.speaker && epoch === state.epoch;
}

/** The next epoch is whoever's asks first; asked again, the answer is the same. */
function heedClaim(
  state: InterfaceBoardState,
  board: number,
  frame: BackupFrame,
  sink: InterfaceBoardSink,
): void {
  const isAgain = isSpeaker(state, board, frame) && frame.number === state.claim;
  if (!isAgain) {
    if (frame.epoch !== state.epoch + 1) {
      refuse(state, board, frame, sink);
      return;
    }
    const others = new Set([state.speaker, state.listener]);
    state.epoch = frame.epoch;
    state.speaker = board;
    state.listener = board;
    state.claim = frame.number;
    sink.record('backup.epoch', { epoch: state.epoch, speaker: board });
    // A standby that is left behind joins anew at once, not when it misses the board that went on alone.
    for (const other of others) {
      if (other !== 0 && other !== board) sink.toBoard(other, fencedFrame(state, other));
    }
  }
  sink.toBoard(board, frameOf(state, 'granted', board, none));
}

/** A board that nobody tells anything asks whether the one that speaks lives, though the link between them may be cut. */
function relay(
  state: InterfaceBoardState,
  from: number,
  frame: BackupFrame,
  sink: InterfaceBoardSink,
): void {
  const to = isSpeaker(state, from, frame) ? frame.board : state.speaker;
  if (to !== 0 && to !== from) sink.toBoard(to, frameOf(state, 'heartbeat', from, none));
}

function appoint(
  state: InterfaceBoardState,
  listener: number,
  speaker: number,
  sink: InterfaceBoardSink,
): void {
  if (!state.isPlain) state.listener = listener;
  sink.toBoard(speaker, frameOf(state, 'appointed', listener, none));
}

function refuse(
  state: InterfaceBoardState,
  board: number,
  { kind, epoch }: BackupFrame,
  sink: InterfaceBoardSink,
): void {
  state.refused++;
  sink.record('backup.refused', { board, what: kind, epoch, valid: state.epoch });
  sink.toBoard(board, fencedFrame(state, board));
}

/** Says who speaks: a board that is told its own number spoke in an earlier life. */
function fencedFrame(state: InterfaceBoardState, board: number): BackupFrame {
  return { ...frameOf(state, 'fenced', board, none), number: state.speaker };
}

function frameOf(
  { epoch }: InterfaceBoardState,
  kind: BackupKind,
  board: number,
  body: Uint8Array,
): BackupFrame {
  const version = backupVersion;
  const unnumbered = { isLast: false, isAsking: false, channel: 0, number: 0, acknowledged: 0 };
  return { version, kind, ...unnumbered, board, epoch, body };
}
