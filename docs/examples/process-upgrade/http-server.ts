/**
 * A Node HTTP/1.1 server that counts its visitors and is upgraded while it serves them:
 *   ropewalk upgrade --unit &
 *   node http-server.ts 1 &
 *   ropewalk upgrade visitors --to node http-server.ts 2
 */
import { createServer } from 'node:http';
import process from 'node:process';
import { serveHttp } from '../../../src/upgrade/kernel/http-service.ts';
import { register } from '../../../src/upgrade/kernel/register.ts';

const version = process.argv[2] ?? '1';
let visitors = 0;

const server = createServer((request, response) => {
  request.resume().once('end', () => {
    visitors += 1;
    response.end(`visitor ${visitors}, version ${version}, process ${process.pid}\n`);
  });
});

const service = await register({
  ...{ name: 'visitors', version, listen: { port: Number(process.env['PORT'] ?? 8080) } },
  ...serveHttp(server),
  exportState: () => String(visitors),
  importState: () => undefined,
  exportChanges: () => String(visitors),
  importChanges: (changes) => {
    visitors = Number(changes);
  },
});
process.stdout.write(`version ${version} serves at port ${service.port}\n`);
