/**
 * Visits an HTTP server twice by one connection, and does something in between:
 *   node visitor.ts PORT COMMAND…
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import process from 'node:process';
import { text } from 'node:stream/consumers';

const [port, command, ...words] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

async function visit(): Promise<void> {
  const request = get({ agent, port, host: '127.0.0.1' });
  const [response] = await once(request, 'response');
  process.stdout.write(await text(response));
}

function connections(): string {
  return Object.values(agent.freeSockets)
    .flatMap((sockets) => sockets ?? [])
    .map(({ localPort }) => localPort)
    .join(', ');
}

await visit();
const before = connections();
await once(spawn(command!, words, { stdio: 'inherit' }), 'exit');
await visit();
const isSame = before !== '' && before === connections();
process.stdout.write(`${isSame ? 'the same' : 'another'} connection, from port ${connections()}\n`);
agent.destroy();
