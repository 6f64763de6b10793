/** How far a run is: one line that is redrawn for whoever watches, a line now and then for a log. */
import type { Slot } from '../campaign/schedule.ts';
import type { Terminal } from './terminal.ts';

export interface ProgressLine {
  /** `done` of `total` samples are there, and this one begins. */
  begin(slot: Slot, done: number, total: number, look: number): void;
  end(): void;
}

const silent: ProgressLine = { begin: () => {}, end: () => {} };
const redrawMs = 50;
const logMs = 15_000;

export function startProgress(terminal: Terminal, scenario: string): ProgressLine {
  if (terminal.isWatched) return watchedLine(terminal, scenario);
  return logged(terminal, scenario);
}

export function noProgress(): ProgressLine {
  return silent;
}

function watchedLine(terminal: Terminal, scenario: string): ProgressLine {
  let drawnMs = Number.NEGATIVE_INFINITY;
  return {
    begin: (slot, done, total, look) => {
      const nowMs = performance.now();
      if (nowMs - drawnMs < redrawMs) return;
      drawnMs = nowMs;
      const line = `${scenario}  ${describeLook(look)}${done} of ${total}  ${describeSlot(slot)}`;
      terminal.say(`\r\u001b[K${line.slice(0, terminal.look.columns - 1)}`);
    },
    end: () => terminal.say('\r\u001b[K'),
  };
}

/** A line as each look begins, so that a log shows what was going on, and then a few a minute. */
function logged(terminal: Terminal, scenario: string): ProgressLine {
  let said = { atMs: Number.NEGATIVE_INFINITY, look: 0 };
  return {
    begin: (slot, done, total, look) => {
      const nowMs = performance.now();
      if (look === said.look && nowMs - said.atMs < logMs) return;
      said = { atMs: nowMs, look };
      const ready = `${describeLook(look)}${done} of ${total} samples`;
      terminal.say(`${scenario}: ${ready}, now ${describeSlot(slot)}\n`);
    },
    end: () => {},
  };
}

/** What everybody gets needs no name. */
function describeLook(look: number): string {
  return look === 1 ? '' : `look ${look}: `;
}

function describeSlot({ caseId, variant, sample }: Slot): string {
  const named = [caseId, variant].filter((name) => name !== 'default');
  return [...named, `sample ${sample}`].join(', ');
}
