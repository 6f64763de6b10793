/** A Node HTTP server that is upgraded: the only one of the comparison that knows of it. */
import { createServer } from 'node:http';
import process from 'node:process';
import { serveHttp } from '../../../src/upgrade/kernel/http-service.ts';
import { register } from '../../../src/upgrade/kernel/register.ts';
import { portFrom, sayServing, Visits } from './counted-visits.ts';

const version = process.argv[2] ?? '1';
const visits = new Visits(version);

await register({
  ...{ name: 'visits', version, listen: { port: portFrom(process.env) } },
  ...serveHttp(createServer(visits.answer)),
  exportState: () => '',
  importState: () => undefined,
  exportChanges: () => String(visits.count),
  importChanges: (changes) => {
    visits.count = Number(changes);
  },
});
sayServing(version);
