/**
 * A plain HTTP server, which knows nothing of Ropewalk. Try it:
 *
 *     npx ropewalk onload --explain -- node docs/examples/http-server.ts
 *
 * `/` greets, `/echo` sends back what is posted, `/bytes/1000000` sends so many.
 */
import { createServer } from 'node:http';

const pattern = Buffer.from(Array.from({ length: 65_536 }, (_, index) => (index * 7) % 251));

const server = createServer((request, response) => {
  const path = request.url ?? '/';
  if (path === '/echo') {
    request.pipe(response);
    return;
  }
  const asked = /^\/bytes\/(\d+)$/.exec(path);
  if (asked === null) {
    response.end(`hello, ${request.socket.remoteAddress}\n`);
    return;
  }
  let left = Number(asked[1]);
  response.setHeader('content-length', left);
  const fill = (): void => {
    while (left > 0) {
      const chunk = left < pattern.length ? pattern.subarray(0, left) : pattern;
      left -= chunk.length;
      if (!response.write(chunk)) return void response.once('drain', fill);
    }
    response.end();
  };
  fill();
});

server.listen(Number(process.env['PORT'] ?? 8080), () => {
  console.log('listening', server.address());
});
