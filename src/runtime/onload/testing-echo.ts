/**
 * A plain Node application for tests and benches, which knows nothing of Ropewalk: `tcp-echo PORT`,
 * `udp-echo PORT`, `tcp-ask HOST PORT COUNT`, `udp-ask HOST PORT COUNT`, `tcp-sink PORT`, `tcp-source HOST
 * PORT BYTES`, `udp-burst HOST PORT COUNT`, `tls-greet PORT`. Who asks says on one line of JSON how long each answer took.
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
  'tcp-ask': (host, port, count) => {
    const socket = net.connect({ host: host!, port: Number(port), noDelay: true }, () => {
      const message = Buffer.alloc(messageBytes, 1);
      const ask = asker(
        Number(count),
        () => socket.write(message),
        () => socket.end(),
      );
      let left = messageBytes;
      socket.on('data', (bytes) => {
        left -= bytes.length;
        if (left > 0) return;
        left = messageBytes;
        ask.answered();
      });
    });
  },
  'udp-ask': (host, port, count) => {
    const socket = dgram.createSocket('udp4');
    const message = Buffer.alloc(messageBytes, 1);
    socket.bind(0, () => {
      const ask = asker(
        Number(count),
        () => socket.send(message, Number(port), host),
        () => socket.close(),
      );
      socket.on('message', () => ask.answered());
    });
  },
  'udp-burst': (host, port, count) => {
    const socket = dgram.createSocket('udp4');
    const message = Buffer.alloc(messageBytes, 1);
    const burst = (left: number): void => {
      const now = Math.min(left, burstMessages);
      let open = now;
      const sent = (): void => {
        open -= 1;
        if (open > 0) return;
        if (left > now) return void setImmediate(burst, left - now);
        say({ sent: count });
        socket.close();
      };
      for (let each = 0; each < now; each++) socket.send(message, Number(port), host, sent);
    };
    socket.bind(0, () => burst(Number(count)));
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
