/**
 * A WebSocket server (RFC 6455) that numbers what its clients say, and is upgraded while they talk:
 *   ropewalk upgrade talk --to node web-socket-server.ts 2
 */
import { createHash } from 'node:crypto';
import process from 'node:process';
import { register } from '../../../src/upgrade/kernel/register.ts';
import type { UpgradableConnection } from '../../../src/upgrade/kernel/upgradable-connection.ts';
import { emitText, readFrame } from './web-socket-frames.ts';

const version = process.argv[2] ?? '1';
let said = 0;

interface Talk {
  /** The handshake is over. */
  isOpen: boolean;
  bytes: Buffer;
}
const talks = new Map<UpgradableConnection, Talk>();

function answerHandshake(head: string): string {
  const key = /^sec-websocket-key:\s*(\S+)/im.exec(head)?.[1] ?? '';
  const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
  const accept = createHash('sha1').update(`${key}${guid}`).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

function hear(connection: UpgradableConnection, talk: Talk): void {
  if (!talk.isOpen) {
    const end = talk.bytes.indexOf('\r\n\r\n');
    if (end < 0) return;
    connection.write(answerHandshake(talk.bytes.toString('latin1', 0, end)));
    talk.bytes = talk.bytes.subarray(end + 4);
    talk.isOpen = true;
  }
  for (let frame = readFrame(talk.bytes); frame; frame = readFrame(talk.bytes)) {
    talk.bytes = talk.bytes.subarray(frame.length);
    if (frame.kind === 'close') connection.end();
    else {
      said += 1;
      connection.write(emitText(`${said} ${version} ${frame.text}`));
    }
  }
}

const service = await register({
  ...{ name: 'talk', version, listen: { port: Number(process.env['PORT'] ?? 8081) } },
  onConnection: (connection, note) => {
    const talk: Talk = { isOpen: note === 'open', bytes: Buffer.alloc(0) };
    talks.set(connection, talk);
    connection.on('data', (piece: Buffer) => {
      talk.bytes = Buffer.concat([talk.bytes, piece]);
      hear(connection, talk);
    });
    connection.on('error', () => {});
    connection.once('close', () => talks.delete(connection));
  },
  isComplete: (connection) => (talks.get(connection)?.bytes.length ?? 0) === 0,
  exportNote: (connection) => (talks.get(connection)?.isOpen ? 'open' : ''),
  exportState: () => String(said),
  importState: () => undefined,
  exportChanges: () => String(said),
  importChanges: (changes) => {
    said = Number(changes);
  },
});
process.stdout.write(`version ${version} serves at port ${service.port}\n`);
