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
  const out = openStream(stdout);
  const messages = openStream(stderr);
  return {
    look: {
      colour: wantsColour(env, stdout.isTTY === true),
      columns: columnsOf(env) ?? stdout.columns ?? columnsElsewhere,
    },
    isWatched: stderr.isTTY === true && env['CI'] === undefined && env['TERM'] !== 'dumb',
    print: out.write,
    say: messages.write,
    signal,
  };
}

/** Whoever read it may be gone: the work is brought to its end all the same, and what was made goes. */
function openStream(stream: NodeJS.WriteStream): { readonly write: (text: string) => void } {
  let open = true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    open = false;
  });
  return {
    write: (text) => {
      if (open) stream.write(text);
    },
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
