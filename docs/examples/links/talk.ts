/**
 * An application that knows nothing of links: it talks to an echo by UDP, runs a command in the middle, and says from
 * which address it talked first and last, and for how many milliseconds it heard nothing since. `node talk.ts server 7
 * COMMAND…`
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Silence } from './silence.ts';

const [host, port, command, ...words] = process.argv.slice(2);
const socket = createSocket('udp4');
const silence = new Silence();
let heard = 0;
let sent = 0;
socket.on('message', () => {
  heard += 1;
  silence.heard();
});
socket.connect(Number(port), host);
await once(socket, 'connect');

/** So many words, and more of them until it is over: whoever says nothing hears nothing. */
async function talk(count: number, isOver = () => true): Promise<void> {
  for (let at = 0; at < count || !isOver(); at++) {
    socket.send(`words ${sent}`);
    sent += 1;
    silence.said();
    await sleep(20);
  }
}

await talk(50);
const before = socket.address();
silence.begin();
const child = spawn(command!, words, { stdio: ['ignore', 'ignore', 'inherit'] });
let isRunning = true;
child.once('exit', () => {
  isRunning = false;
});
await talk(100, () => !isRunning);
await talk(50);
await sleep(500);
const after = socket.address();
const hostOf = (address: string) => address.split('.').at(-1);
const kept = before.port === after.port ? 1 : 0;
console.log(
  `from ${hostOf(before.address)} to ${hostOf(after.address)} port-kept ${kept} lost ${sent - heard} silence ${silence.longestMs}`,
);
socket.close();
