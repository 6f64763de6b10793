// On the relay's node, for ICE: a STUN server (RFC 8489) on UDP, and a signalling server on TCP, which hands
// each line of one peer to the other.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

const port = 4000;
const cookie = Buffer.from('2112a442', 'hex');
const bindingSuccess = 0x0101;
const xorMappedAddress = 0x0020;

/** RFC 8489 14.2: port and address with the cookie over them. */
function answerOf(request, { address, port: from }) {
  const answer = Buffer.alloc(32);
  answer.writeUInt16BE(bindingSuccess, 0);
  answer.writeUInt16BE(12, 2);
  request.copy(answer, 4, 4, 20);
  answer.writeUInt16BE(xorMappedAddress, 20);
  answer.writeUInt16BE(8, 22);
  answer.writeUInt16BE(1, 24);
  answer.writeUInt16BE(from ^ cookie.readUInt16BE(0), 26);
  for (const [at, part] of address.split('.').entries())
    answer[28 + at] = Number(part) ^ cookie[at];
  return answer;
}

const stun = createSocket('udp4');
stun.on('message', (request, from) => {
  if (request.length >= 20 && request.subarray(4, 8).equals(cookie)) {
    stun.send(answerOf(request, from), from.port, from.address);
  }
});

const peers = new Set();
const signalling = createServer({ noDelay: true }, (socket) => {
  peers.add(socket);
  createInterface({ input: socket }).on('line', (line) => {
    for (const other of peers) if (other !== socket) other.write(`${line}\n`);
  });
  socket.on('close', () => peers.delete(socket));
  socket.on('error', () => peers.delete(socket));
});

stun.bind(port, () => signalling.listen(port, () => console.log('listening')));
