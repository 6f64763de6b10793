/**
 * A far end and an application that know nothing of links. The far end answers each line, by TCP or MPTCP, with the
 * address that it came from: `node lines.ts serve 9`. The application says a line now and then for a long time, and
 * at its end from which addresses it was seen, first and last, and for how many milliseconds it heard nothing:
 * `node lines.ts tcp server 9` or `mptcp`. In its middle it may run a command: `… 9 COMMAND…`.
 */
import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import koffi from 'koffi';
import { Silence } from './silence.ts';

const libc = koffi.load('libc.so.6');
const openSocket = libc.func('int socket(int family, int type, int protocol)');
const connectSocket = libc.func('int connect(int fd, uint8_t *address, int length)');
const bindSocket = libc.func('int bind(int fd, uint8_t *address, int length)');
const ipv4 = 2;
const stream = 1;
/** IPPROTO_MPTCP; whoever listens by it hears plain TCP as well. */
const protocols = { tcp: 6, mptcp: 262 } as const;

/** struct sockaddr_in. */
function addressBytes(host: string, port: number): Uint8Array {
  return Uint8Array.of(
    ipv4,
    0,
    port >> 8,
    port & 0xff,
    ...host.split('.').map(Number),
    ...Array(8).fill(0),
  );
}

/** Readline tells of an error a second time, and ends a program that does not hear it. */
function onLines(socket: Socket, take: (line: string) => void): void {
  createInterface({ input: socket })
    .on('line', take)
    .on('error', () => undefined);
}

async function serve(port: number): Promise<void> {
  const fd = openSocket(ipv4, stream, protocols.mptcp);
  bindSocket(fd, addressBytes('0.0.0.0', port), 16);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    onLines(socket, () => socket.write(`${socket.remoteAddress}\n`));
  });
  server.listen({ fd });
  await once(server, 'listening');
  console.log('listening');
}

async function connect(
  protocol: keyof typeof protocols,
  name: string,
  port: number,
): Promise<Socket> {
  const { address } = await lookup(name, 4);
  const fd = openSocket(ipv4, stream, protocols[protocol]);
  if (connectSocket(fd, addressBytes(address, port), 16) < 0) throw new Error('no connection');
  return new Socket({ fd });
}

async function runCommand([command, ...words]: string[]): Promise<string> {
  const child = spawn(command!, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  await once(child, 'close');
  return text;
}

class Talk {
  readonly #open: () => Promise<Socket>;
  readonly #seen: string[] = [];
  readonly #silence = new Silence();
  #said = 0;
  #socket: Socket | undefined;
  #isOver = false;

  constructor(open: () => Promise<Socket>) {
    this.#open = open;
  }

  /** As applications do, it connects again when it is cut off. */
  async connect(): Promise<void> {
    const socket = await this.#open();
    this.#socket = socket;
    onLines(socket, (line) => {
      this.#seen.push(line);
      this.#silence.heard();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!this.#isOver) void this.connect();
    });
  }

  async say(count: number): Promise<void> {
    for (let at = 0; at < count; at++) {
      this.#said += 1;
      this.#silence.said();
      this.#socket!.write('who am I\n');
      await sleep(20);
    }
  }

  /** The last number of the address from which the far end heard the last line. */
  get host(): string | undefined {
    return this.#seen.at(-1)?.split('.').at(-1);
  }

  get lost(): number {
    return this.#said - this.#seen.length;
  }

  beginSilence(): void {
    this.#silence.begin();
  }

  get silenceMs(): number {
    return this.#silence.longestMs;
  }

  end(): void {
    this.#isOver = true;
    this.#socket!.destroy();
  }
}

const [mode, ...given] = process.argv.slice(2);
if (mode === 'serve') await serve(Number(given[0]));
else {
  const [name, port, ...command] = given;
  const talk = new Talk(() => connect(mode as keyof typeof protocols, name!, Number(port)));
  await talk.connect();
  await talk.say(50);
  const first = talk.host;
  talk.beginSilence();
  const running = command.length === 0 ? Promise.resolve('') : runCommand(command);
  await Promise.all([running, talk.say(100)]);
  await talk.say(100);
  await sleep(500);
  const moved = / moved by /.test(await running) ? 1 : 0;
  console.log(
    `from ${first} to ${talk.host} moved ${moved} lost ${talk.lost} silence ${talk.silenceMs}`,
  );
  talk.end();
}
