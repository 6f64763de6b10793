/** The same server without an upgrade: SIGTERM ends it, SIGUSR2 has it refuse newcomers and wait for the others to go. */
import { createServer } from 'node:http';
import process from 'node:process';
import { portFrom, sayServing, Visits } from './counted-visits.ts';

const version = process.argv[2] ?? '1';
const server = createServer(new Visits(version).answer);
process.on('SIGUSR2', () => server.close(() => process.exit(0)));
server.listen(portFrom(process.env), () => sayServing(version));
