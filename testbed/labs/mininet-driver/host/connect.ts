/**
 * For ssh's ProxyCommand: a stream to a machine that can be reached from another network namespace.
 *
 *   node connect.ts NAMESPACE ADDRESS PORT
 */
import { createConnection } from 'node:net';
import process from 'node:process';
import { NetworkNamespace } from '../../../../src/linux/network-namespace.ts';

const [path, address, port] = process.argv.slice(2);
NetworkNamespace.open(path!).enter();
const socket = createConnection({ host: address!, port: Number(port) });
socket.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
socket.once('close', () => process.exit());
process.stdin.pipe(socket);
socket.pipe(process.stdout);
