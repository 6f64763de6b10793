import { InputError } from '../../src/base/errors.ts';
import type { Session } from './session.ts';

/** What was interrupted did not come to its end, and says no more than that. */
export async function untilInterrupted(session: Session, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = session.interrupted();
    if (code === undefined || !(error instanceof InputError)) throw error;
    session.exitWith(code);
  }
}
