import { UnsupportedError } from '../../src/base/errors.ts';
import { quoteCommand } from '../../src/base/shell-words.ts';

/** Namespaces are the kernel's: making and entering them takes its administrator. */
export function refuseWithoutRoot(
  what: string,
  command: readonly string[],
  uid: number | undefined = process.getuid?.(),
): void {
  if (uid === 0) return;
  throw new UnsupportedError({
    code: 'needs-root',
    message: `${what} needs root on Linux`,
    hint: `put sudo before it: sudo env "PATH=$PATH" ${quoteCommand(command)}`,
  });
}
