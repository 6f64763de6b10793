/** An application that knows nothing of links and says something to the far machine every tenth of a millisecond. */
import { createSocket } from 'node:dgram';
import process from 'node:process';

const everyMs = 0.1;
const [address, port] = process.argv.slice(2);
const socket = createSocket('udp4');
// Nobody may listen any more.
socket.on('error', () => undefined);
const never = new Int32Array(new SharedArrayBuffer(4));

/** It sleeps in between, by a clock that is finer than a timer's: a processor that it spins on would be missing. */
function say(): void {
  socket.send('words', () => undefined);
  Atomics.wait(never, 0, 0, everyMs);
  setImmediate(say);
}

socket.connect(Number(port), address!, () => {
  console.log('ready');
  say();
});
