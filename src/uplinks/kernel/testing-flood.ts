/** An application that knows nothing of links and says something to the far machine every tenth of a millisecond. */
import { createSocket } from 'node:dgram';
import process from 'node:process';

const everyMs = 0.1;
const [address, port] = process.argv.slice(2);
const socket = createSocket('udp4');
let lastMs = 0;

function say(): void {
  const nowMs = performance.now();
  if (nowMs - lastMs >= everyMs) {
    lastMs = nowMs;
    socket.send('words', () => undefined);
  }
  setImmediate(say);
}

socket.connect(Number(port), address!, () => {
  console.log('ready');
  say();
});
