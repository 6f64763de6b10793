/** A board of a pair, as active or as standby: frames, the clock and carriers for the machine of src/backup. */
import {
  advanceBoard,
  loseCarrier,
  receiveFromInterface,
  receiveFromOther,
} from '../backup/board.ts';
import { type Board, type BoardSink, createBoard } from '../backup/board-state.ts';
import type { Host, Subscription, Timer } from '../host/host.ts';
import type { StartProgram } from '../host/program.ts';
import { backupHeaderBytes } from '../wire/backup.ts';
import { type BackupPort, openBackupPort } from './backup-frames.ts';
import { type BoardSettings, readBoardSettings } from './backup-settings.ts';

export const startActive: StartProgram = (host, given) =>
  start(host, readBoardSettings(given, 'active'));

export const startStandby: StartProgram = (host, given) =>
  start(host, readBoardSettings(given, 'standby'));

function start(host: Host, settings: BoardSettings) {
  const program = new BackupBoard(host, settings);
  host.lifecycle.ready();
  return { stop: () => program.stop() };
}

class BackupBoard {
  readonly #host: Host;
  readonly #board: Board;
  readonly #toInterface: BackupPort;
  readonly #toOther: BackupPort;
  readonly #carrier: Subscription;
  readonly #sink: BoardSink;
  #timer: Timer | undefined;
  #dueNs = Number.POSITIVE_INFINITY;

  constructor(host: Host, settings: BoardSettings) {
    this.#host = host;
    this.#toInterface = openBackupPort(host, settings.interface, (frame) =>
      this.#run((nowNs) => receiveFromInterface(this.#board, nowNs, frame, this.#sink)),
    );
    this.#toOther = openBackupPort(host, settings.other, (frame) =>
      this.#run((nowNs) => receiveFromOther(this.#board, nowNs, frame, this.#sink)),
    );
    // Our header goes before a packet twice: on the way between the boards, and inside a part.
    const mtuBytes = this.#toInterface.mtuBytes - 2 * backupHeaderBytes;
    this.#board = createBoard({ ...settings, mtuBytes, random: host.random });
    this.#sink = {
      toInterface: (frame) => this.#toInterface.send(frame),
      toOther: (frame) => this.#toOther.send(frame),
      record: (kind, fields) => host.records.record(kind, fields),
    };
    this.#carrier = host.interfaces.onChange(({ name, up }) => {
      if (name !== settings.other || up) return;
      this.#run((nowNs) => loseCarrier(this.#board, nowNs, this.#sink));
    });
    this.#settle();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#carrier.close();
    this.#toInterface.close();
    this.#toOther.close();
  }

  #run(call: (nowNs: number) => void): void {
    call(this.#host.clock.nowNs());
    this.#settle();
  }

  /** One timer, moved only where the board is due earlier than it. */
  #settle(): void {
    const { deadlineNs } = this.#board;
    if (deadlineNs >= this.#dueNs) return;
    this.#timer?.cancel();
    this.#dueNs = deadlineNs;
    const delayNs = Math.max(0, deadlineNs - this.#host.clock.nowNs());
    this.#timer = this.#host.clock.after(delayNs, () => {
      this.#dueNs = Number.POSITIVE_INFINITY;
      this.#run((nowNs) => advanceBoard(this.#board, nowNs, this.#sink));
    });
  }
}
