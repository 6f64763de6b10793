/** One request to the keeper of a lab, and what it answers. */
import { createConnection, type Socket } from 'node:net';
import { InputError, UnsupportedError } from '../../../src/base/errors.ts';
import { closeDescriptor, waitReadable } from '../../../src/linux/descriptor.ts';
import { tryOpenProcess } from '../../../src/linux/pidfd.ts';
import type { ChangeModel } from '../../schema/model.ts';
import { frameMessage, MessageReader } from '../hub/framing.ts';
import { type KeptFolder, socketPathIn } from './kept-folder.ts';
import type { KeeperReply, KeeperRequest, LabReport } from './messages.ts';
import { unpackError } from './packed-error.ts';

/** A keeper that has said its last word ends at once. */
const patienceMs = 5_000;

/** Its replies, until it hangs up. `end` says that no more is wanted. */
interface Conversation {
  end(): void;
  readonly over: Promise<void>;
}

export async function askForReport(kept: KeptFolder): Promise<LabReport> {
  let report: LabReport | undefined;
  await converse(kept, { kind: 'report' }, (reply) => {
    if (reply.kind === 'report') report = reply.report;
  }).over;
  if (report === undefined) throw withoutKeeper(kept);
  return report;
}

/** Resolves when nothing is left of the lab, nor its keeper. */
export async function askToEnd(kept: KeptFolder): Promise<void> {
  const keeperFd = tryOpenProcess(kept.card.pid);
  try {
    await askUntilDone(kept, { kind: 'down' });
    if (keeperFd !== undefined) waitReadable(keeperFd, patienceMs);
  } finally {
    if (keeperFd !== undefined) closeDescriptor(keeperFd);
  }
}

export async function askToChange(
  kept: KeptFolder,
  change: ChangeModel,
  forMs: number | undefined,
): Promise<void> {
  await askUntilDone(kept, { kind: 'change', change, forMs });
}

async function askUntilDone(kept: KeptFolder, request: KeeperRequest): Promise<void> {
  let isDone = false;
  await converse(kept, request, ({ kind }) => {
    isDone ||= kind === 'done';
  }).over;
  if (!isDone) throw withoutKeeper(kept);
}

/** Bytes of a pcapng file, until `end` is called and all that was seen by then has come. */
export function askForFrames(
  kept: KeptFolder,
  links: readonly string[],
  onBytes: (bytes: Uint8Array) => void,
): Conversation {
  return converse(kept, { kind: 'capture', links }, (reply) => {
    if (reply.kind === 'bytes') onBytes(reply.bytes);
  });
}

function converse(
  kept: KeptFolder,
  request: KeeperRequest,
  onReply: (reply: KeeperReply) => void,
): Conversation {
  const socket = createConnection({ path: socketPathIn(kept.path), allowHalfOpen: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const reader = new MessageReader<KeeperReply>((reply) => {
    if (reply.kind === 'refused') reject(unpackError(reply.problem));
    else onReply(reply);
  });
  socket.on('data', (bytes: Uint8Array) => reader.push(bytes));
  socket.once('end', () => socket.end());
  socket.once('close', () => resolve());
  socket.once('error', (error) => reject(explain(error, kept)));
  socket.write(frameMessage(request));
  return { over: promise, end: () => endOf(socket) };
}

function endOf(socket: Socket): void {
  if (socket.writable) socket.end();
}

function explain(error: NodeJS.ErrnoException, kept: KeptFolder): Error {
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
      return new UnsupportedError({
        code: 'needs-root',
        message: `the lab ${kept.card.name} belongs to somebody else`,
        hint: 'put sudo before the command',
      });
    case 'ECONNREFUSED':
    case 'ENOENT':
    case 'ECONNRESET':
      return withoutKeeper(kept);
    default:
      return error;
  }
}

function withoutKeeper({ card }: KeptFolder): InputError {
  return new InputError({
    code: 'keeper-gone',
    message: `the lab ${card.name} has lost its keeper, process ${card.pid}`,
    hint: 'take away what is left of it: ropewalk gc',
  });
}
