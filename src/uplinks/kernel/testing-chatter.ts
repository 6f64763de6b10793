/**
 * An application that knows nothing of links and talks to the far machine all the time: `node NAME udp4|udp6|tcp
 * INTERVAL_MS`. Told to stop it waits for the answers that are still to come, and says what it saw.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';

const far = { udp4: '9.9.9.9', udp6: '2001:db8:9::9', tcp: '9.9.9.9' } as const;
const farPort = { udp: 7, tcp: 8 } as const;
const lastAnswersMs = 300;

interface Line {
  say(): void;
  own(): { readonly address: string; readonly port: number };
}

const [kind, intervalMs] = process.argv.slice(2) as [keyof typeof far, string];
const seen = { said: 0, heard: 0, refused: 0, elsewhere: 0, last: '' };

function hear(text: string): void {
  const { address, port } = line.own();
  seen.heard += 1;
  seen.last = text;
  if (text !== `${address} ${port}`) seen.elsewhere += 1;
}

async function openDatagrams(type: 'udp4' | 'udp6'): Promise<Line> {
  const socket = createSocket(type);
  socket.connect(farPort.udp, far[type]);
  await once(socket, 'connect');
  socket.on('message', (text) => hear(text.toString()));
  const count = (error: Error | null) => {
    seen.refused += error === null ? 0 : 1;
  };
  return { say: () => socket.send('who am I', count), own: () => socket.address() };
}

async function openStream(): Promise<Line> {
  const socket = connect(farPort.tcp, far.tcp);
  await once(socket, 'connect');
  createInterface({ input: socket }).on('line', hear);
  const own = () => ({ address: socket.localAddress!, port: socket.localPort! });
  return { say: () => socket.write('who am I\n'), own };
}

const line = await (kind === 'tcp' ? openStream() : openDatagrams(kind));
function say(): void {
  seen.said += 1;
  line.say();
}

const timer = setInterval(say, Number(intervalMs));
console.log('ready');

createInterface({ input: process.stdin }).once('line', () => {
  clearInterval(timer);
  say();
  setTimeout(() => {
    console.log(JSON.stringify({ ...seen, ...line.own() }));
  }, lastAnswersMs);
});
