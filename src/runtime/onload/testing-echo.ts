/**
 * A plain Node application for tests and benches, which knows nothing of Ropewalk: `tcp-echo PORT`,
 * `tcp-garble PORT`, `udp-echo PORT`, `tcp-ask HOST PORT COUNT`, `tcp-keep HOST PORT`, `udp-ask HOST PORT COUNT`, `tcp-sink PORT`, `tcp-source HOST
 * PORT BYTES`, `udp-burst HOST PORT COUNT`, `tcp-burst HOST PORT COUNT`, `tcp-many HOST PORT COUNT AT-ONCE`, `tls-greet PORT`. Who asks says on one line of JSON how long each answer took.
 */
import dgram from 'node:dgram';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import process from 'node:process';
import tls from 'node:tls';

const messageBytes = 64;
const warmUp = 200;
const burstMessages = 32;

function say(fields: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
}

/** Asks `count` times, one after the other; `send` sends one, `answered` is called for each answer. */
function asker(count: number, send: () => void, end: () => void): { answered(): void } {
  const tookNs: number[] = [];
  let sentAt = process.hrtime.bigint();
  const ask = (): void => {
    sentAt = process.hrtime.bigint();
    send();
  };
  ask();
  return {
    answered: () => {
      tookNs.push(Number(process.hrtime.bigint() - sentAt));
      if (tookNs.length < count + warmUp) return ask();
      const sorted = tookNs.slice(warmUp).toSorted((a, b) => a - b);
      const at = (part: number) => sorted[Math.floor(sorted.length * part)]! / 1_000;
      say({ answers: count, medianUs: at(0.5), p90Us: at(0.9), p99Us: at(0.99) });
      end();
    },
  };
}

/** No two alike. A buffer of its own: what was sent may be sent once more. */
function makeQuestion(place: number): Buffer {
  const question = Buffer.alloc(messageBytes, place % 251);
  question.writeUInt32BE(place);
  return question;
}

/** Asks, and compares each answer with its question byte by byte; `whole` says that all of it came. */
class Questions {
  #question = makeQuestion(0);
  #asked = 0;
  #at = 0;

  next(): Buffer {
    this.#question = makeQuestion(this.#asked);
    this.#asked += 1;
    this.#at = 0;
    return this.#question;
  }

  take(bytes: Uint8Array): 'whole' | 'part' | 'wrong' {
    const expected = this.#question.subarray(this.#at, this.#at + bytes.length);
    if (!expected.equals(bytes)) return 'wrong';
    this.#at += bytes.length;
    return this.#at === messageBytes ? 'whole' : 'part';
  }

  refuse(end: () => void): void {
    say({ wrong: this.#asked });
    process.exitCode = 1;
    end();
  }
}

/** The next burst when all of the one before were taken; `end` after the last. */
function sendBursts(left: number, send: (sent: () => void) => void, end: () => void): void {
  const now = Math.min(left, burstMessages);
  let open = now;
  const sent = (): void => {
    open -= 1;
    if (open > 0) return;
    if (left > now) return void setImmediate(sendBursts, left - now, send, end);
    say({ sent: true });
    end();
  };
  for (let each = 0; each < now; each++) send(sent);
}

/** Each asks once, and none is closed before so many stand as are to stand at once. */
class ManyConnections {
  readonly #to: net.TcpNetConnectOpts;
  readonly #count: number;
  readonly #message = Buffer.alloc(messageBytes, 1);
  readonly #waiting: net.Socket[] = [];
  readonly #stood = new Set<net.Socket>();
  #opened = 0;
  #mostStanding = 0;
  #answered = 0;
  #failed = 0;
  #ended = 0;

  constructor(to: net.TcpNetConnectOpts, count: number) {
    this.#to = to;
    this.#count = count;
  }

  open(atOnce: number): void {
    if (this.#opened >= this.#count) return;
    this.#opened += 1;
    const socket = net.connect({ ...this.#to, noDelay: true }, () => this.#stand(socket, atOnce));
    let left = messageBytes;
    socket.on('data', (bytes) => {
      left -= bytes.length;
      if (left > 0) return;
      this.#answered += 1;
      socket.end();
    });
    socket.on('error', () => this.#fail());
    socket.on('close', () => this.#over(socket, atOnce));
  }

  #stand(socket: net.Socket, atOnce: number): void {
    this.#stood.add(socket);
    this.#mostStanding = Math.max(this.#mostStanding, this.#stood.size);
    this.#waiting.push(socket);
    if (this.#mostStanding < atOnce) return;
    for (const one of this.#waiting.splice(0)) one.write(this.#message);
  }

  #fail(): void {
    this.#failed += 1;
  }

  #over(socket: net.Socket, atOnce: number): void {
    this.#stood.delete(socket);
    this.#ended += 1;
    this.open(atOnce);
    if (this.#ended < this.#count) return;
    const [answered, failed, mostStanding] = [this.#answered, this.#failed, this.#mostStanding];
    say({ answered, failed, mostStanding });
  }
}

const roles: Readonly<Record<string, (...words: string[]) => void>> = {
  'tcp-echo': (port) => {
    const server = net.createServer({ noDelay: true }, (socket) => {
      socket.on('data', (bytes) => socket.write(bytes));
      socket.on('end', () => socket.end());
      socket.on('error', () => undefined);
    });
    server.listen(Number(port), () => say({ listening: server.address() }));
  },
  'udp-echo': (port) => {
    const socket = dgram.createSocket('udp4');
    socket.on('message', (bytes, from) => socket.send(bytes, from.port, from.address));
    socket.bind(Number(port), () => say({ listening: socket.address() }));
  },
  // Answers are as long as they should be, and other.
  'tcp-garble': (port) => {
    const server = net.createServer((socket) => {
      socket.on('data', (bytes: Buffer) => socket.write(bytes.map((byte) => byte ^ 1)));
      socket.on('error', () => undefined);
    });
    server.listen(Number(port), () => say({ listening: server.address() }));
  },
  'tcp-ask': (host, port, count) => {
    const questions = new Questions();
    const socket = net.connect({ host: host!, port: Number(port), noDelay: true }, () => {
      const ask = asker(
        Number(count),
        () => socket.write(questions.next()),
        () => socket.end(),
      );
      socket.on('data', (bytes: Buffer) => {
        const came = questions.take(bytes);
        if (came === 'wrong') questions.refuse(() => socket.destroy());
        else if (came === 'whole') ask.answered();
      });
    });
  },
  // Asks again and again until it is told to end, and ends when a last question was answered.
  'tcp-keep': (host, port) => {
    const socket = net.connect({ host: host!, port: Number(port), noDelay: true }, () => {
      const message = Buffer.alloc(messageBytes, 1);
      let [left, answers, isLast] = [messageBytes, 0, false];
      process.once('SIGTERM', () => {
        isLast = true;
      });
      socket.on('data', (bytes) => {
        left -= bytes.length;
        if (left > 0) return;
        left = messageBytes;
        answers += 1;
        if (answers === 1) say({ standing: true, port: socket.localPort });
        if (!isLast) return void socket.write(message);
        say({ answers });
        socket.end();
      });
      socket.write(message);
    });
  },
  'udp-ask': (host, port, count) => {
    const socket = dgram.createSocket('udp4');
    const questions = new Questions();
    socket.bind(0, () => {
      const ask = asker(
        Number(count),
        () => socket.send(questions.next(), Number(port), host),
        () => socket.close(),
      );
      socket.on('message', (bytes) => {
        if (questions.take(bytes) === 'whole') ask.answered();
        else questions.refuse(() => socket.close());
      });
    });
  },
  'udp-burst': (host, port, count) => {
    const socket = dgram.createSocket('udp4');
    const message = Buffer.alloc(messageBytes, 1);
    const send = (sent: () => void) => socket.send(message, Number(port), host, sent);
    socket.bind(0, () => sendBursts(Number(count), send, () => socket.close()));
  },
  'tcp-burst': (host, port, count) => {
    const message = Buffer.alloc(messageBytes, 1);
    const socket = net.connect({ host: host!, port: Number(port), noDelay: true }, () => {
      const send = (sent: () => void) => socket.write(message, sent);
      sendBursts(Number(count), send, () => socket.end());
    });
    socket.resume();
  },
  'tcp-many': (host, port, count, atOnce) => {
    const many = new ManyConnections({ host: host!, port: Number(port) }, Number(count));
    for (let each = 0; each < Number(atOnce); each++) many.open(Number(atOnce));
  },
  'tls-greet': (port) => {
    const [key, cert] = [process.env['KEY'], process.env['CERTIFICATE']].map((path) =>
      readFileSync(path!),
    );
    const server = tls.createServer({ key: key!, cert: cert! }, (socket) =>
      socket.end('hello over TLS\n'),
    );
    server.listen(Number(port), () => say({ listening: server.address() }));
  },
  'tcp-sink': (port) => {
    const server = net.createServer((socket) => {
      let bytes = 0;
      let beganAt = 0n;
      socket.on('data', (chunk) => {
        if (bytes === 0) beganAt = process.hrtime.bigint();
        bytes += chunk.length;
      });
      socket.on('end', () => {
        const seconds = Number(process.hrtime.bigint() - beganAt) / 1e9;
        say({ bytes, seconds, mbitPerSecond: (bytes * 8) / seconds / 1e6 });
      });
      socket.on('error', () => undefined);
    });
    server.listen(Number(port), () => say({ listening: server.address() }));
  },
  'tcp-source': (host, port, count) => {
    const chunk = Buffer.alloc(65_536, 7);
    const socket = net.connect({ host: host!, port: Number(port) }, () => {
      let left = Number(count);
      const fill = (): void => {
        while (left > 0) {
          const part = left < chunk.length ? chunk.subarray(0, left) : chunk;
          left -= part.length;
          if (!socket.write(part)) return void socket.once('drain', fill);
        }
        socket.end();
      };
      fill();
    });
    socket.resume();
  },
};

const [role, ...words] = process.argv.slice(2);
roles[role!]!(...words);
