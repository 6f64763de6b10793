/** A command on the Mininet machine, and what it said. */
import type { SshConnection } from './connection.ts';

export interface CommandResult {
  /** Undefined: a signal ended it, or the connection broke. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runCommand(
  connection: SshConnection,
  command: string,
): Promise<CommandResult> {
  const channel = await connection.exec(command);
  const said = { stdout: '', stderr: '' };
  channel.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  channel.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  let code: number | undefined;
  channel.on('exit', (status: number | null) => {
    code = status ?? undefined;
  });
  channel.on('close', () => resolve(code));
  channel.end();
  return { code: await Promise.race([promise, connection.broken]), ...said };
}
