/** What the verbs print to, and what they hear from the one who called. */
import type { Look } from '../report/paint.ts';

export interface Terminal {
  readonly look: Look;
  /** Whether messages go to somebody who watches: progress may redraw its line. */
  readonly isWatched: boolean;
  /** Results. */
  print(text: string): void;
  /** Messages and progress. */
  say(text: string): void;
  /** Aborted with the exit code: 130 or 143. */
  readonly signal: AbortSignal;
}

/** Width of a table where nobody says how wide the reader's window is. */
const columnsElsewhere = 120;

export function openTerminal(signal: AbortSignal): Terminal {
  const { stdout, stderr, env } = process;
  let open = true;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    open = false;
  });
  return {
    look: {
      colour: wantsColour(env, stdout.isTTY === true),
      columns: columnsOf(env) ?? stdout.columns ?? columnsElsewhere,
    },
    isWatched: stderr.isTTY === true && env['CI'] === undefined && env['TERM'] !== 'dumb',
    print: (text) => {
      if (open) stdout.write(text);
    },
    say: (text) => {
      stderr.write(text);
    },
    signal,
  };
}

/** https://no-color.org: set to anything but nothing. */
function wantsColour(env: NodeJS.ProcessEnv, isTty: boolean): boolean {
  if (env['NO_COLOR']) return false;
  return env['FORCE_COLOR'] !== undefined ? env['FORCE_COLOR'] !== '0' : isTty;
}

function columnsOf(env: NodeJS.ProcessEnv): number | undefined {
  const columns = Number(env['COLUMNS']);
  return Number.isInteger(columns) && columns >= 40 ? columns : undefined;
}
